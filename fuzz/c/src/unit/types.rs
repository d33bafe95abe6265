// SPDX-License-Identifier: GPL-2.0-only
//! C's types: integers with width and sign (those of x86-64), pointers, and structures, of which only the
//! members' names and types are known. A structure around one number is that number.

use crate::lex::Token;
use crate::unit::parse::{AUTO, Parsed, TYPE_OF, TYPEDEF};
use crate::unit::{Sort, Unit};
use crate::{Operand, Refused};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;
use tree_sitter::Node;

/// A type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// Nothing.
    Void,
    /// `_Bool`.
    Bool,
    /// An integer.
    Int {
        /// Its width.
        bits: u8,
        /// Whether it has a sign.
        signed: bool,
    },
    /// A pointer.
    Pointer(Rc<Type>),
    /// A structure or union, by its tag.
    Record(Arc<str>),
    /// An array, and how many elements it has, if that is known.
    Array(Rc<Type>, Option<u64>),
    /// A function, and what it returns.
    Function(Rc<Type>),
}

/// `int`.
pub(crate) const INT: Type = Type::Int { bits: 32, signed: true };
/// `unsigned long`.
pub(crate) const ULONG: Type = Type::Int { bits: 64, signed: false };
/// `long`.
pub(crate) const LONG: Type = Type::Int { bits: 64, signed: true };

impl Type {
    /// The width of a value of the type; a structure is as wide as the handle that stands for it.
    pub fn bits(&self) -> u8 {
        match self {
            Type::Void => 0,
            Type::Bool => 1,
            Type::Int { bits, .. } => *bits,
            _ => 64,
        }
    }

    pub(crate) fn is_signed(&self) -> bool {
        matches!(self, Type::Int { signed: true, .. })
    }

    pub(crate) fn is_record(&self) -> bool {
        matches!(self, Type::Record(_))
    }

    /// What it becomes in arithmetic (C11, 6.3.1.1).
    pub(crate) fn promoted(&self) -> Type {
        match self {
            Type::Bool => INT,
            Type::Int { bits, signed } if *bits < 32 || (*bits == 32 && *signed) => INT,
            Type::Int { bits, signed } if *bits > 32 && *bits < 64 => {
                Type::Int { bits: 64, signed: *signed }
            }
            Type::Array(of, _) => Type::Pointer(of.clone()),
            Type::Function(_) => Type::Pointer(Rc::new(self.clone())),
            other => other.clone(),
        }
    }

    /// What both become in arithmetic (C11, 6.3.1.8).
    pub(crate) fn common(&self, other: &Type) -> Type {
        match (self.promoted(), other.promoted()) {
            (pointer @ Type::Pointer(_), _) | (_, pointer @ Type::Pointer(_)) => pointer,
            (Type::Int { bits: a, signed: s }, Type::Int { bits: b, signed: t }) => match a.cmp(&b)
            {
                std::cmp::Ordering::Equal => Type::Int { bits: a, signed: s && t },
                std::cmp::Ordering::Greater => Type::Int { bits: a, signed: s },
                std::cmp::Ordering::Less => Type::Int { bits: b, signed: t },
            },
            (a, _) => a,
        }
    }
}

/// A structure's members: their names and types.
pub(crate) type Members = Rc<[(Arc<str>, Type)]>;

/// The structures that were looked into.
#[derive(Default, Debug)]
pub(crate) struct Types {
    /// By tag: members, those of nameless members as if they were its own.
    records: FxHashMap<Arc<str>, Members>,
    /// By tag: the number that is all there is in it, if that is so.
    wrapped: FxHashMap<Arc<str>, Option<Type>>,
    /// Whether what is looked into has an alignment of its own: it is wider than what is in it.
    pub(crate) is_aligned: bool,
    typedefs: FxHashMap<Arc<str>, Type>,
    pub(crate) enumerators: FxHashMap<Arc<str>, u64>,
    nameless: u32,
    /// What is being looked into, so that nothing is looked into for itself.
    busy: Vec<String>,
}

/// The number that is all there is in a structure. Such a structure is that number: whether a tree has a
/// number in a `struct` of its own, so that it is not taken for another, changes no behaviour.
fn wrapped(body: Node<'_>, members: &[(Arc<str>, Type)]) -> Option<Type> {
    let mut cursor = body.walk();
    let mut fields = body.named_children(&mut cursor).filter(|it| it.kind() != "comment");
    let field = fields.next()?;
    let is_plain = field.child_by_field_name("declarator")?.kind() == "field_identifier";
    let has_bits = field.named_children(&mut field.walk()).any(|it| it.kind() == "bitfield_clause");
    match members {
        [(_, kind @ Type::Int { .. })] if is_plain && !has_bits && fields.next().is_none() => {
            Some(kind.clone())
        }
        _ => None,
    }
}

/// Whether a definition says how something is aligned or packed.
pub(crate) fn is_aligned(tokens: &[Token]) -> bool {
    let says =
        |it: &Token| it.is("__attribute__") || it.text.contains("aligned") || it.is("__packed");
    tokens.iter().any(|it| it.is_word() && says(it))
}

/// Whether there is at most one member between the braces of a structure.
fn has_one_member(tokens: &[Token], tag: &str) -> bool {
    let begins = tokens.windows(2).position(|it| it[0].is(tag) && it[1].is("{"));
    let Some(begins) = begins else { return false };
    let mut deep = 0_u32;
    let mut members = 0;
    for token in &tokens[begins + 1..] {
        match &*token.text {
            "{" => deep += 1,
            "}" if deep == 1 => break,
            "}" => deep -= 1,
            ";" => members += 1,
            _ => {}
        }
    }
    members < 2
}

impl Unit<'_> {
    /// Looks into something, unless that is being done.
    fn busy<T>(
        &mut self,
        with: String,
        look: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        if self.types.busy.contains(&with) {
            return Err(Refused {
                file: self.file.clone(),
                line: 0,
                why: format!("{with} is made of itself"),
            });
        }
        self.types.busy.push(with);
        let found = look(self);
        self.types.busy.pop();
        found
    }

    fn refused(&self, parsed: &Parsed, node: Node<'_>, why: String) -> Refused {
        Refused { file: self.file.clone(), line: parsed.line(node), why }
    }

    /// The type of a `type_specifier` node.
    pub(crate) fn specified(
        &mut self,
        parsed: &Parsed,
        node: Node<'_>,
        within: Option<&mut crate::unit::lower::Lower>,
    ) -> Result<Type, Refused> {
        let text = parsed.text(node);
        match node.kind() {
            "primitive_type" | "sized_type_specifier" => Ok(integer(text)),
            "enum_specifier" => {
                if let Some(body) = node.child_by_field_name("body") {
                    self.enumerate(parsed, body)?;
                }
                Ok(Type::Int { bits: 32, signed: false })
            }
            "struct_specifier" | "union_specifier" => {
                let tag = node.child_by_field_name("name").map(|name| parsed.text(name));
                if let Some(tag) = tag {
                    if let Some(name) = tag.strip_prefix(TYPEDEF) {
                        return self.typedef(name);
                    }
                    if tag == AUTO {
                        return Err(self.refused(parsed, node, "__auto_type".into()));
                    }
                    if let Some(number) = tag.strip_prefix(TYPE_OF) {
                        let tokens =
                            number.parse().ok().and_then(|at: usize| self.typeofs.get(at)).cloned();
                        return self.type_of(&tokens.unwrap_or_default(), within);
                    }
                }
                let tag: Arc<str> = match tag {
                    Some(tag) => tag.into(),
                    None => {
                        self.types.nameless += 1;
                        format!("nameless {}", self.types.nameless).into()
                    }
                };
                if let Some(body) = node.child_by_field_name("body") {
                    let members = self.members(parsed, body)?;
                    let wrapped = wrapped(body, &members).filter(|_| !self.types.is_aligned);
                    self.types.records.entry(tag.clone()).or_insert_with(|| members.into());
                    let wrapped = self.types.wrapped.entry(tag.clone()).or_insert(wrapped).clone();
                    return Ok(wrapped.unwrap_or(Type::Record(tag)));
                }
                Ok(self.wrapped(&tag).unwrap_or(Type::Record(tag)))
            }
            "type_identifier" => self.typedef(text),
            kind => Err(self.refused(
                parsed,
                node,
                format!("`{text}` is no type that is known ({kind})"),
            )),
        }
    }

    /// The type of a `typeof`'s operand: a type, or an expression.
    fn type_of(
        &mut self,
        tokens: &[Token],
        within: Option<&mut crate::unit::lower::Lower>,
    ) -> Result<Type, Refused> {
        let file = self.file.clone();
        let line = tokens.first().map_or(0, |token| token.line);
        let refused = |why: &str| Refused { file: file.clone(), line, why: why.into() };
        let Some(first) = tokens.first() else { return Err(refused("typeof of nothing")) };
        // As the operand of sizeof, it may be either.
        let wrap = |text: &str| first.with(crate::lex::Kind::Word, text);
        let mut whole = vec![wrap("int"), wrap("x"), wrap("="), wrap("sizeof"), wrap("(")];
        whole.extend_from_slice(tokens);
        whole.extend([wrap(")"), wrap(";")]);
        let parsed = self.parse_expanded(&whole, &file)?;
        let node =
            find(parsed.tree.root_node(), "sizeof_expression").ok_or_else(|| refused("typeof"))?;
        if let Some(descriptor) = node.child_by_field_name("type") {
            return self.described(&parsed, descriptor, within);
        }
        let value = node.child_by_field_name("value").ok_or_else(|| refused("typeof"))?;
        let within = within.ok_or_else(|| refused("typeof of an expression outside a function"))?;
        within.type_of(self, &parsed, value)
    }

    /// The type of a `type_descriptor` node: that of a cast.
    pub(crate) fn described(
        &mut self,
        parsed: &Parsed,
        node: Node<'_>,
        within: Option<&mut crate::unit::lower::Lower>,
    ) -> Result<Type, Refused> {
        let specifier = node
            .child_by_field_name("type")
            .ok_or_else(|| self.refused(parsed, node, "no type".into()))?;
        let of = self.specified(parsed, specifier, within)?;
        match node.child_by_field_name("declarator") {
            None => Ok(of),
            Some(declarator) => Ok(self.declared(parsed, declarator, of)?.1),
        }
    }

    /// The name and the type that a declarator makes of a type.
    pub(crate) fn declared(
        &mut self,
        parsed: &Parsed,
        node: Node<'_>,
        of: Type,
    ) -> Result<(Arc<str>, Type), Refused> {
        let inner = node.child_by_field_name("declarator");
        match node.kind() {
            "identifier" | "field_identifier" | "type_identifier" => {
                Ok((parsed.text(node).into(), of))
            }
            "pointer_declarator"
            | "abstract_pointer_declarator"
            | "pointer_type_declarator"
            | "pointer_field_declarator" => {
                let of = Type::Pointer(Rc::new(of));
                match inner {
                    Some(inner) => self.declared(parsed, inner, of),
                    None => Ok(("".into(), of)),
                }
            }
            "array_declarator" | "abstract_array_declarator" => {
                let size = node.child_by_field_name("size");
                let size = size.and_then(|size| self.constant(parsed, size).ok().flatten());
                let of = Type::Array(Rc::new(of), size);
                match inner {
                    Some(inner) => self.declared(parsed, inner, of),
                    None => Ok(("".into(), of)),
                }
            }
            "function_declarator" | "abstract_function_declarator" => {
                let of = Type::Function(Rc::new(of));
                match inner {
                    Some(inner) => self.declared(parsed, inner, of),
                    None => Ok(("".into(), of)),
                }
            }
            "parenthesized_declarator"
            | "abstract_parenthesized_declarator"
            | "attributed_declarator" => {
                let mut cursor = node.walk();
                let inner = node.named_children(&mut cursor).find(|it| {
                    it.kind().contains("declarator") || it.kind().contains("identifier")
                });
                match inner {
                    Some(inner) => self.declared(parsed, inner, of),
                    None => Ok(("".into(), of)),
                }
            }
            kind => Err(self.refused(parsed, node, format!("`{}` ({kind})", parsed.text(node)))),
        }
    }

    pub(crate) fn typedef(&mut self, name: &str) -> Result<Type, Refused> {
        match name {
            "_Bool" | "bool" => return Ok(Type::Bool),
            "__builtin_va_list" => return Ok(Type::Record("va_list".into())),
            "__int128" => return Ok(Type::Record("__int128".into())),
            _ => {}
        }
        if let Some(known) = self.types.typedefs.get(name) {
            return Ok(known.clone());
        }
        let Some(chunk) = self.find(Sort::Typedef, name).cloned() else {
            let why = format!("`{name}` is no type that is known");
            return Err(Refused { file: self.file.clone(), line: 0, why });
        };
        self.busy(format!("the typedef {name}"), |unit| unit.defined(name, &chunk))
    }

    fn defined(&mut self, name: &str, chunk: &crate::unit::Chunk) -> Result<Type, Refused> {
        // Its own name is no type yet where it is declared.
        let expanded = self.pp.expand(&chunk.tokens);
        let at = expanded.iter().rposition(|token| token.is(name));
        let renamed: Vec<Token> = expanded
            .iter()
            .enumerate()
            .map(|(place, token)| match Some(place) == at {
                true => token.with(crate::lex::Kind::Word, "__mm_itself"),
                false => token.clone(),
            })
            .collect();
        let parsed = self.parse_expanded(&renamed, &chunk.file)?;
        let node = find(parsed.tree.root_node(), "type_definition");
        let whole = node.and_then(|node| {
            Some((node.child_by_field_name("type")?, node.child_by_field_name("declarator")?))
        });
        let Some((specifier, declarator)) = whole else {
            return Err(Refused {
                file: chunk.file.to_string(),
                line: chunk.tokens[0].line,
                why: format!("typedef {name}"),
            });
        };
        let before = std::mem::replace(&mut self.types.is_aligned, is_aligned(&chunk.tokens));
        let of = self.specified(&parsed, specifier, None);
        self.types.is_aligned = before;
        let kind = self.declared(&parsed, declarator, of?)?.1;
        self.types.typedefs.insert(name.into(), kind.clone());
        Ok(kind)
    }

    /// The members of a structure.
    pub(crate) fn record(&mut self, tag: &str) -> Result<Members, Refused> {
        if let Some(known) = self.types.records.get(tag) {
            return Ok(known.clone());
        }
        let Some(chunk) = self.find(Sort::Tag, tag).cloned() else {
            let why = format!("struct {tag} is not defined in the tree");
            return Err(Refused { file: self.file.clone(), line: 0, why });
        };
        self.busy(format!("struct {tag}"), |unit| unit.looked_into(tag, &chunk))
    }

    /// The number that is all there is in a structure.
    fn wrapped(&mut self, tag: &Arc<str>) -> Option<Type> {
        if let Some(known) = self.types.wrapped.get(tag) {
            return known.clone();
        }
        let chunk = self.find(Sort::Tag, tag)?;
        // Nearly all have more than one member: there is no need to look into them here.
        let found = match has_one_member(&chunk.tokens, tag) && !is_aligned(&chunk.tokens) {
            false => None,
            true => self.record(tag).ok().and_then(|_| self.types.wrapped.get(tag).cloned()?),
        };
        self.types.wrapped.entry(tag.clone()).or_insert(found).clone()
    }

    fn looked_into(&mut self, tag: &str, chunk: &crate::unit::Chunk) -> Result<Members, Refused> {
        let parsed = self.parse(&chunk.tokens, &chunk.file)?;
        let mut todo = vec![parsed.tree.root_node()];
        while let Some(node) = todo.pop() {
            let is_record = matches!(node.kind(), "struct_specifier" | "union_specifier");
            let is_named =
                node.child_by_field_name("name").is_some_and(|name| parsed.text(name) == tag);
            if let Some(body) = node.child_by_field_name("body").filter(|_| is_record && is_named) {
                let is_aligned = is_aligned(&chunk.tokens);
                let before = std::mem::replace(&mut self.types.is_aligned, is_aligned);
                let members = self.members(&parsed, body);
                self.types.is_aligned = before;
                let members = members?;
                let wrapped = wrapped(body, &members).filter(|_| !is_aligned);
                self.types.wrapped.entry(tag.into()).or_insert(wrapped);
                self.types.records.insert(tag.into(), members.into());
                break;
            }
            let mut cursor = node.walk();
            todo.extend(node.named_children(&mut cursor));
        }
        self.types.records.get(tag).cloned().ok_or_else(|| Refused {
            file: chunk.file.to_string(),
            line: chunk.tokens[0].line,
            why: format!("struct {tag}"),
        })
    }

    fn members(
        &mut self,
        parsed: &Parsed,
        body: Node<'_>,
    ) -> Result<Vec<(Arc<str>, Type)>, Refused> {
        let mut members = Vec::new();
        let mut cursor = body.walk();
        for field in body.named_children(&mut cursor).filter(|it| it.kind() == "field_declaration")
        {
            let Some(specifier) = field.child_by_field_name("type") else { continue };
            let mut cursor = field.walk();
            let declarators: Vec<_> =
                field.children_by_field_name("declarator", &mut cursor).collect();
            if declarators.is_empty() {
                members.extend(self.nameless(parsed, specifier)?);
                continue;
            }
            // A member of a type that is not known costs who uses it.
            let Ok(of) = self.specified(parsed, specifier, None) else { continue };
            let mut cursor = field.walk();
            let width = field.named_children(&mut cursor).find(|it| it.kind() == "bitfield_clause");
            let width = width.and_then(|clause| clause.named_child(0));
            let width = width.and_then(|width| self.constant(parsed, width).ok().flatten());
            for declarator in declarators {
                let (name, kind) = self.declared(parsed, declarator, of.clone())?;
                let kind = match (kind, width) {
                    (Type::Int { signed, .. }, Some(bits @ 1..=64)) => {
                        Type::Int { bits: bits as u8, signed }
                    }
                    (kind, _) => kind,
                };
                members.push((name, kind));
            }
        }
        let mut names: Vec<&Arc<str>> = members.iter().map(|(name, _)| name).collect();
        names.sort();
        // Two that are read as one.
        if !self.renamed().is_empty()
            && let Some(twice) = names.windows(2).find(|it| it[0] == it[1])
        {
            let why = format!("two members are called {}", twice[0]);
            return Err(self.refused(parsed, body, why));
        }
        Ok(members)
    }

    /// The members of a member without a name, which are the structure's own.
    fn nameless(
        &mut self,
        parsed: &Parsed,
        specifier: Node<'_>,
    ) -> Result<Vec<(Arc<str>, Type)>, Refused> {
        if specifier.kind() == "enum_specifier" {
            return Ok(Vec::new());
        }
        if let Some(body) = specifier.child_by_field_name("body") {
            return self.members(parsed, body);
        }
        let tag = specifier.child_by_field_name("name").map_or("", |name| parsed.text(name));
        let tag: Arc<str> = match self.specified(parsed, specifier, None)? {
            Type::Record(tag) => tag,
            _ if !tag.is_empty() && !tag.starts_with(TYPEDEF) => tag.into(),
            _ => return Err(self.refused(parsed, specifier, "a member without a name".into())),
        };
        Ok(self.record(&tag)?.to_vec())
    }

    /// The type of a member.
    pub(crate) fn member(&mut self, tag: &str, name: &str) -> Result<Option<Type>, Refused> {
        Ok(self
            .record(tag)?
            .iter()
            .find(|(member, _)| **member == *name)
            .map(|(_, kind)| kind.clone()))
    }

    /// The value of a constant of an enum.
    pub(crate) fn enumerator(&mut self, name: &str) -> Result<Option<u64>, Refused> {
        if let Some(value) = self.types.enumerators.get(name) {
            return Ok(Some(*value));
        }
        let Some(chunk) = self.find(Sort::Enumerator, name).cloned() else { return Ok(None) };
        self.busy(format!("the constant {name}"), |unit| {
            let parsed = unit.parse(&chunk.tokens, &chunk.file)?;
            let mut todo = vec![parsed.tree.root_node()];
            while let Some(node) = todo.pop() {
                if node.kind() == "enumerator_list" {
                    unit.enumerate(&parsed, node)?;
                }
                let mut cursor = node.walk();
                todo.extend(node.named_children(&mut cursor));
            }
            Ok(())
        })?;
        Ok(self.types.enumerators.get(name).copied())
    }

    fn enumerate(&mut self, parsed: &Parsed, body: Node<'_>) -> Result<(), Refused> {
        let mut next = Some(0_u64);
        let mut cursor = body.walk();
        for one in body.named_children(&mut cursor).filter(|it| it.kind() == "enumerator") {
            let Some(name) = one.child_by_field_name("name") else { continue };
            if let Some(value) = one.child_by_field_name("value") {
                next = self.constant(parsed, value)?;
            }
            // One whose value is not known costs who uses it.
            if let Some(value) = next {
                self.types.enumerators.insert(parsed.text(name).into(), value);
            }
            next = next.map(|value| value.wrapping_add(1));
        }
        Ok(())
    }

    /// The value of a constant expression.
    pub(crate) fn constant(
        &mut self,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Option<u64>, Refused> {
        let mut lower = crate::unit::lower::Lower::new(&self.file);
        let (value, kind) = lower.value(self, parsed, node)?;
        Ok(match value {
            Operand::Const(value, bits) if kind.is_signed() => {
                Some(mmdiff_term::signed(value, bits) as u64)
            }
            Operand::Const(value, _) => Some(value),
            _ => None,
        })
    }

    /// How many bytes a value of a type takes; `None` for structures, but for the one that arithmetic is done
    /// with.
    pub(crate) fn size(&self, of: &Type) -> Option<u64> {
        match of {
            Type::Void | Type::Bool | Type::Function(_) => Some(1),
            Type::Int { bits, .. } => Some(u64::from(bits.div_ceil(8))),
            Type::Pointer(_) => Some(8),
            Type::Record(tag) => (&**tag == "page").then_some(64),
            Type::Array(of, many) => Some(self.size(of)? * (*many)?),
        }
    }
}

/// The first node of a kind.
pub(crate) fn find<'n>(node: Node<'n>, kind: &str) -> Option<Node<'n>> {
    if node.kind() == kind {
        return Some(node);
    }
    let mut cursor = node.walk();
    let children: Vec<_> = node.named_children(&mut cursor).collect();
    children.into_iter().find_map(|child| find(child, kind))
}

/// The type that words such as `unsigned long` name.
fn integer(text: &str) -> Type {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let signed = !has("unsigned");
    let bits = match () {
        () if has("void") => return Type::Void,
        () if has("bool") => return Type::Bool,
        () if has("char") => 8,
        () if has("short") => 16,
        () if has("long") => 64,
        () if has("size_t") || has("uintptr_t") => return ULONG,
        () if has("ssize_t") || has("intptr_t") || has("ptrdiff_t") => return LONG,
        () if text.contains("int8_t") => 8,
        () if text.contains("int16_t") => 16,
        () if text.contains("int64_t") => 64,
        () => 32,
    };
    Type::Int { bits, signed: signed && !text.starts_with("uint") }
}

// SPDX-License-Identifier: GPL-2.0-only
//! The C program that is compiled: the cut text, edited and rewritten, between the parts of the shim.

use crate::cut::rewrite::{self, Function};
use crate::cut::{self, Piece};
use crate::doors;
use crate::fault::Fault;
use crate::header::Shape;
use crate::plan::{self, Door, Item, Part};
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const COMMON: &str = include_str!("shim/common.h");
const DOOR: &str = include_str!("shim/door.c");

/// A change to the text of a piece, which has to fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// The name of the piece, as the tree has it.
    pub name: String,
    /// What is replaced.
    pub from: String,
    /// By what.
    pub to: String,
    /// How often it is there.
    pub times: usize,
}

impl Edit {
    /// An edit of something that is there once.
    pub fn once(name: &str, from: &str, to: &str) -> Edit {
        Edit { name: name.into(), from: from.into(), to: to.into(), times: 1 }
    }

    fn apply(&self, piece: &mut Piece) -> Result<(), Fault> {
        let found = piece.text.matches(&self.from).count();
        if found != self.times {
            let (name, from) = (self.name.clone(), self.from.clone());
            return Err(Fault::Edit { from, wanted: self.times, found, name, file: piece.file });
        }
        piece.text = piece.text.replace(&self.from, &self.to);
        Ok(())
    }
}

/// A piece, and if it is a function what became of it.
#[derive(Clone, Debug)]
struct Cut {
    piece: Piece,
    function: Option<Function>,
}

/// The text of a program.
#[derive(Clone, Debug)]
pub struct Program {
    parts: Vec<(Part, Vec<Cut>)>,
    faults: Vec<Fault>,
}

impl Program {
    /// Cuts a program out of `tree` and edits it. A piece that an edit does not fit, or that the
    /// shim cannot serve, is left out and is among the [`faults`](Program::faults).
    pub fn cut(tree: &Tree, edits: &[Edit]) -> Program {
        let mut program = Program { parts: Vec::new(), faults: Vec::new() };
        for part in plan::parts() {
            let (pieces, missing) = cut::pieces(part, tree.text(part.file));
            program.faults.extend(missing);
            let mut cuts = Vec::new();
            for piece in pieces {
                match edited(piece, edits) {
                    Ok(cut) => cuts.push(cut),
                    Err(fault) => program.faults.push(fault),
                }
            }
            program.parts.push((*part, cuts));
        }
        program.fault_unfitted(edits);
        program.cut_helpers(tree);
        program.leave_out_unknown();
        program
    }

    /// Cuts the functions out, too, that those that were cut call, that nothing else knows, and that
    /// the same file defines.
    fn cut_helpers(&mut self, tree: &Tree) {
        let mut looked_for = BTreeSet::new();
        loop {
            let calls = self.unknown_calls();
            let Some((file, name)) = calls.into_iter().find(|call| !looked_for.contains(call))
            else {
                return;
            };
            looked_for.insert((file, name.clone()));
            let Some(text) = tree.text(file) else { continue };
            // An item's name is one of the plan's elsewhere. These are few, and short.
            let item = Item::Function(Box::leak(name.into_boxed_str()));
            let Some(piece) = cut::find(file, &[item], text).remove(0) else { continue };
            let Ok(cut) = edited(piece, &[]) else { continue };
            if let Some((_, cuts)) = self.parts.iter_mut().find(|(part, _)| part.file == file) {
                cuts.push(cut);
                cuts.sort_by_key(|cut| cut.piece.line);
            }
        }
    }

    /// The calls that nothing knows: each with the file of the function that makes it.
    fn unknown_calls(&self) -> BTreeSet<(&'static str, String)> {
        let ours = words(&[COMMON, doors::calls(), plan::HEADERS[0].shim]);
        let cut: BTreeSet<String> = self.pieces().map(|(name, _)| name.to_owned()).collect();
        let mut all = BTreeSet::new();
        for (part, piece, function) in self.functions() {
            let own = words(&[part.shim]);
            let calls = function.calls.iter().map(|(name, _)| name);
            let unknown = calls.filter(|name| {
                !ours.contains(*name) && !own.contains(*name) && !cut.contains(*name)
            });
            all.extend(unknown.map(|name| (piece.file, name.clone())));
        }
        all
    }

    /// What of the tree cannot be run, and why.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// An edit for a piece that is not in the plan fits nowhere.
    fn fault_unfitted(&mut self, edits: &[Edit]) {
        let planned = |edit: &Edit| {
            plan::parts().any(|part| part.items().iter().any(|item| item.name() == edit.name))
        };
        for edit in edits.iter().filter(|edit| !planned(edit)) {
            let (name, from) = (edit.name.clone(), edit.from.clone());
            self.faults.push(Fault::Edit { from, wanted: edit.times, found: 0, name, file: "" });
        }
    }

    /// Leaves out what calls a helper that nothing knows, and then what calls that.
    fn leave_out_unknown(&mut self) {
        while let Some(fault) = self.unknown() {
            self.leave_out(fault);
        }
    }

    /// Leaves out the function that is at fault.
    pub(crate) fn leave_out(&mut self, fault: Fault) {
        for (_, cuts) in &mut self.parts {
            cuts.retain(|cut| {
                cut.function.as_ref().is_none_or(|function| function.name != fault.name())
            });
        }
        self.faults.push(fault);
        self.leave_out_unknown();
    }

    fn functions(&self) -> impl Iterator<Item = (&Part, &Piece, &Function)> {
        self.parts.iter().flat_map(|(part, cuts)| {
            cuts.iter().filter_map(move |cut| Some((part, &cut.piece, cut.function.as_ref()?)))
        })
    }

    fn unknown(&self) -> Option<Fault> {
        let ours = words(&[COMMON, doors::calls(), plan::HEADERS[0].shim]);
        let defined: BTreeSet<&str> = self.functions().map(|(_, _, f)| f.name.as_str()).collect();
        let cut: BTreeSet<&str> = self
            .parts
            .iter()
            .flat_map(|(_, cuts)| cuts.iter().map(|cut| cut.piece.item.name()))
            .collect();
        for (part, piece, function) in self.functions() {
            let own = words(&[part.shim]);
            let known = |name: &str| ours.contains(name) || own.contains(name);
            let (name, file) = (function.name.clone(), piece.file);
            for (helper, line) in &function.calls {
                let (helper, line) = (helper.clone(), *line);
                let h = helper.as_str();
                if known(h) || defined.contains(h) || cut.contains(h) {
                    continue;
                }
                let is_planned = self.faults.iter().any(|fault| fault.name() == h);
                return Some(if is_planned {
                    Fault::Calls { callee: helper, name, file, line }
                } else {
                    Fault::UnknownHelper { helper, name, file, line }
                });
            }
            let member = function.members.iter().find(|(member, _)| !known(member));
            if let Some((member, line)) = member {
                let (member, line) = (member.clone(), *line);
                return Some(Fault::UnknownMember { member, name, file, line });
            }
        }
        None
    }

    /// The function that stands on a line of a file: its name, and what was cut.
    pub(crate) fn function_at(&self, file: &str, line: usize) -> Option<(&str, &Piece)> {
        self.functions()
            .find(|(_, piece, _)| {
                piece.file == file && (piece.line..piece.line + piece.lines()).contains(&line)
            })
            .map(|(_, piece, function)| (function.name.as_str(), piece))
    }

    /// The doors of the functions that are there.
    pub fn doors(&self) -> Vec<Door> {
        let defined: BTreeSet<&str> = self.functions().map(|(_, _, f)| f.name.as_str()).collect();
        plan::doors().into_iter().filter(|door| defined.contains(door.function)).collect()
    }

    /// The files that functions were cut out of, with nothing else in them.
    pub fn sources(&self) -> Vec<(&'static str, String)> {
        let mut files: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
        for (_, piece, _) in self.functions() {
            let lines = files.entry(piece.file).or_default();
            lines.resize(lines.len().max(piece.line - 1 + piece.lines()), "");
            for (nth, line) in piece.text.lines().enumerate() {
                lines[piece.line - 1 + nth] = line;
            }
        }
        files.into_iter().map(|(file, lines)| (file, lines.join("\n") + "\n")).collect()
    }

    /// Every piece, by its name.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&str, &Piece)> {
        self.parts.iter().flat_map(|(_, cuts)| {
            cuts.iter().map(|cut| {
                let name = cut.function.as_ref().map_or(cut.piece.item.name(), |f| f.name.as_str());
                (name, &cut.piece)
            })
        })
    }

    /// Whether a function was cut out of the file.
    pub fn has_file(&self, file: &str) -> bool {
        self.functions().any(|(_, piece, _)| piece.file == file)
    }

    /// The text of a line of the kernel, as it was cut.
    pub fn line(&self, file: &str, line: usize) -> Option<&str> {
        self.functions().find_map(|(_, piece, _)| {
            let nth = line.checked_sub(piece.line).filter(|_| piece.file == file)?;
            piece.text.lines().nth(nth)
        })
    }

    /// The files of the program: their names and texts.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![
            ("calls.h".into(), doors::calls().into()),
            ("unit.h".into(), self.unit_header()),
            ("door.c".into(), DOOR.into()),
            ("headers.c".into(), self.unit("", None)),
        ];
        for (part, cuts) in &self.parts {
            if plan::UNITS.iter().any(|unit| unit.file == part.file) {
                let name = part.file.replace('/', "_");
                files.push((name, self.unit(part.shim, Some(cuts))));
            }
        }
        files
    }

    fn unit_header(&self) -> String {
        let mut text = String::new();
        for (part, cuts) in &self.parts[..plan::CONSTANTS.len()] {
            let _ = writeln!(text, "// {}", part.file);
            code(&mut text, cuts);
        }
        text.push_str("#line 1 \"shim/common.h\"\n");
        text.push_str(COMMON);
        let headers = plan::CONSTANTS.len()..plan::CONSTANTS.len() + plan::HEADERS.len();
        for (part, cuts) in &self.parts[headers] {
            let _ = writeln!(text, "#line 1 \"shim/{}\"\n{}", part.file, part.shim);
            code(&mut text, cuts);
        }
        // Functions of one unit that another calls.
        text.push_str("struct ucounts;\n");
        for (_, _, function) in self.functions() {
            if !function.signature.starts_with("static") {
                let _ = writeln!(text, "{};", function.signature);
            }
        }
        text
    }

    /// A translation unit with the doors of its functions, or that with the doors of the headers'.
    fn unit(&self, shim: &str, cuts: Option<&[Cut]>) -> String {
        let mut text = String::from("#include \"unit.h\"\n#line 1 \"shim/unit\"\n");
        text.push_str(shim);
        code(&mut text, cuts.unwrap_or_default());
        text.push_str("#line 1 \"doors\"\n");
        let headers = plan::CONSTANTS.len()..plan::CONSTANTS.len() + plan::HEADERS.len();
        let in_headers = || self.parts[headers.clone()].iter().flat_map(|(_, cuts)| cuts);
        for door in self.doors() {
            let is_here = match cuts {
                Some(cuts) => cuts.iter().any(|cut| defines(cut, door.function)),
                None => in_headers().any(|cut| defines(cut, door.function)),
            };
            if is_here {
                door_function(&mut text, &door);
            }
        }
        text
    }
}

fn defines(cut: &Cut, name: &str) -> bool {
    cut.function.as_ref().is_some_and(|function| function.name == name)
}

fn edited(mut piece: Piece, edits: &[Edit]) -> Result<Cut, Fault> {
    let name = piece.item.name();
    for edit in edits.iter().filter(|edit| edit.name == name) {
        edit.apply(&mut piece)?;
    }
    let function = match piece.item {
        Item::Function(_) => Some(rewrite::function(&piece)?),
        Item::Macro(_) | Item::Enum(_) => None,
    };
    Ok(Cut { piece, function })
}

/// The pieces, each under its own line number.
fn code(text: &mut String, cuts: &[Cut]) {
    for cut in cuts {
        let _ = writeln!(text, "#line {} \"{}\"", cut.piece.line, cut.piece.file);
        match &cut.function {
            Some(function) => text.push_str(&function.code),
            None => text.push_str(cut.piece.text.trim_end()),
        }
        text.push_str(if matches!(cut.piece.item, Item::Enum(_)) { ";\n" } else { "\n" });
    }
}

fn door_function(text: &mut String, door: &Door) {
    let Door { function, arguments, shape } = door;
    let result = match shape {
        Shape::Void => format!("{function}({arguments}); return 0;"),
        Shape::Truth => format!("return !!{function}({arguments});"),
        Shape::Int => format!("return (unsigned long)(long){function}({arguments});"),
    };
    let _ = writeln!(
        text,
        "unsigned long door_{function}(const unsigned long *a) \
         {{ unsigned long unused_flags = 0; (void)a; (void)unused_flags; {result} }}"
    );
}

/// Every word of C in the texts, but for comments.
fn words(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for line in texts.iter().flat_map(|text| text.lines()) {
        let line = line.split("//").next().unwrap_or_default();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        words.extend(line.split(|c| !is_word(c)).filter(|w| !w.is_empty()).map(str::to_owned));
    }
    words
}

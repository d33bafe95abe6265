// SPDX-License-Identifier: GPL-2.0-only
//! Two trees: which functions differ, what each comes to, and what of the change was not looked at.

use crate::path::Line;
use crate::{Bounds, Changed, Judge, Judged, Verdict};
use mmdiff_c::{Config, Files, Refused, Sort, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a function of a changed file comes to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Nothing that it is made of differs; what it calls is judged for itself.
    SameText,
    /// It was run.
    Judged(Box<Judged>),
    /// It cannot be read, on the old side or on the new one.
    NotJudged(Refused),
    /// The new tree has no such function.
    Gone,
    /// The old tree has none.
    New,
}

/// A function of a changed file.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// Where it begins: in the old tree, and in the new one.
    pub lines: [Option<u32>; 2],
    /// What it comes to.
    pub outcome: Outcome,
}

/// A line that one tree has and the other has not, and that did not run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NotRun {
    /// Whether it is the new tree's.
    pub is_new: bool,
    /// The file and the line.
    pub line: (String, u32),
    /// Why.
    pub why: String,
}

/// How two trees are compared.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How their texts are read.
    pub config: Config,
    /// How much is run.
    pub bounds: Bounds,
    /// Functions that change nothing, whatever is known of them.
    pub pure: BTreeSet<String>,
}

/// What came of the files that were looked at together.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The functions of the files.
    pub functions: Vec<Function>,
    /// How many changed lines of functions ran.
    pub run: u64,
    /// Those that did not.
    pub not_run: Vec<NotRun>,
    /// Changed definitions that nobody who was judged uses: the file and the name.
    pub unused: BTreeSet<(String, String)>,
    /// Options of the configuration that code of the files asks for: what they are taken for.
    pub options: BTreeMap<String, bool>,
    /// Those of the changed files that were read.
    pub read: BTreeSet<String>,
    /// Those of the words that are read as others that one of the trees has.
    pub renamed: BTreeSet<String>,
    /// Those of the functions that are said to change nothing that one of the trees has.
    pub pure: BTreeSet<String>,
    /// Those of them that are read as what the same tree has besides.
    pub both: BTreeSet<String>,
}

impl Compared {
    /// Adds what came of another file.
    pub fn add(&mut self, mut other: Compared) {
        // What one of the files uses is used.
        let unused = self.unused.clone();
        self.unused.retain(|it| !other.read.contains(&it.0) || other.unused.contains(it));
        other.unused.retain(|it| !self.read.contains(&it.0) || unused.contains(it));
        self.unused.append(&mut other.unused);
        for function in other.functions {
            // A header's function is judged with the first file that includes it.
            let is_known = |it: &Function| it.name == function.name && it.file == function.file;
            if !self.functions.iter().any(is_known) {
                self.functions.push(function);
            }
        }
        self.run += other.run;
        self.not_run.extend(other.not_run);
        self.options.extend(other.options);
        self.read.extend(other.read);
        self.renamed.extend(other.renamed);
        self.pure.extend(other.pure);
        self.both.extend(other.both);
    }

    /// The functions whose text differs.
    pub fn changed(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|it| !matches!(it.outcome, Outcome::SameText))
    }
}

/// Compares a file of two trees. `changed`: the files that differ between them; only what of these the file
/// includes counts.
pub fn compare(
    trees: [&dyn Files; 2],
    file: &str,
    changed: &BTreeSet<String>,
    settings: &Settings,
) -> Compared {
    let config = &settings.config;
    let units = trees.map(|files| Unit::read(files, config, file));
    let (mut old, mut new) = match units {
        [Some(old), Some(new)] => (old, new),
        [old, new] => return of_one(file, [old, new], settings),
    };
    // What neither of them includes has nothing to do with it.
    let is_read = |it: &&String| *it == file || old.includes(it) || new.includes(it);
    let changed: &BTreeSet<String> = &changed.iter().filter(is_read).cloned().collect();
    let lines = changed_lines(trees, changed);
    let mut judge = Judge::new([&mut old, &mut new], lines.clone(), settings.bounds);
    judge.policy.pure = settings.pure.clone();
    let mut compared = Compared::default();
    let types = types_differ(&mut judge, changed);
    for (name, place) in functions(&mut judge, file, changed) {
        let outcome = judge.outcome(&name, types);
        let at = [0, 1].map(|side| judge.units()[side].place(&name).map(|(_, lines)| lines[0]));
        compared.functions.push(Function { name, file: place, lines: at, outcome });
    }
    account(&mut judge, &mut compared, &lines);
    unused(&mut judge, &mut compared, changed);
    compared.read.extend(changed.iter().cloned());
    for unit in judge.units() {
        compared
            .options
            .extend(unit.asked().iter().map(|option| (option.clone(), config.is_on(option))));
    }
    for (unit, files) in judge.units().iter().zip(trees) {
        names(unit, &mut compared, settings);
        compared.both.extend(with_both(files, file, config, unit.renamed()));
    }
    compared
}

/// Notes which of the names that the user speaks of a tree has.
fn names(unit: &Unit<'_>, compared: &mut Compared, settings: &Settings) {
    compared.renamed.extend(unit.renamed().iter().map(|it| it.to_string()));
    let has = |name: &&String| {
        unit.has(Sort::Function, name) || unit.has(Sort::Prototype, name) || unit.has_macro(name)
    };
    compared.pure.extend(settings.pure.iter().filter(has).cloned());
}

/// Of the words that are read as others, those of which a tree has both.
fn with_both(
    files: &dyn Files,
    file: &str,
    config: &Config,
    renamed: &BTreeSet<Arc<str>>,
) -> BTreeSet<String> {
    if renamed.is_empty() {
        return BTreeSet::new();
    }
    let plain = Config { renamed: BTreeMap::new(), ..config.clone() };
    let Some(unit) = Unit::read(files, &plain, file) else { return BTreeSet::new() };
    let has_both =
        |from: &&Arc<str>| config.renamed.get(&***from).is_some_and(|to| unit.has_both(from, to));
    renamed.iter().filter(has_both).map(|from| from.to_string()).collect()
}

/// A file that one of the trees lacks: all its functions are new, or gone.
fn of_one(file: &str, [old, new]: [Option<Unit<'_>>; 2], settings: &Settings) -> Compared {
    let mut compared = Compared { read: BTreeSet::from([file.to_owned()]), ..Compared::default() };
    for (is_new, unit) in [(false, old), (true, new)] {
        unit.iter().for_each(|unit| names(unit, &mut compared, settings));
        for name in unit.iter().flat_map(Unit::functions) {
            let line = unit.as_ref().and_then(|unit| unit.place(&name).map(|(_, lines)| lines[0]));
            let (lines, outcome) = match is_new {
                true => ([None, line], Outcome::New),
                false => ([line, None], Outcome::Gone),
            };
            compared.functions.push(Function { name, file: file.to_owned(), lines, outcome });
        }
    }
    compared
}

/// How many functions of changed headers are judged each for itself, whoever uses them.
const MANY: usize = 200;

/// The functions of the file, and of the changed headers that it includes; each with where it stands. Where
/// these are very many, as between two versions, it is those that the file's own come to.
fn functions(
    judge: &mut Judge<'_, '_>,
    file: &str,
    changed: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let units = judge.units();
    let own: BTreeSet<String> = units.iter().flat_map(|unit| unit.functions()).collect();
    let mut of_headers: BTreeMap<String, String> = BTreeMap::new();
    for unit in units.iter() {
        for header in changed.iter().filter(|header| header.ends_with(".h")) {
            for name in unit.defined_in(header) {
                if unit.has(Sort::Function, &name) && !own.contains(&*name) {
                    of_headers.entry(name.to_string()).or_insert_with(|| header.clone());
                }
            }
        }
    }
    if of_headers.len() > MANY {
        let used: BTreeSet<Arc<str>> =
            units.iter().flat_map(|unit| all_words(unit, &own)).collect();
        of_headers.retain(|name, _| used.contains(name.as_str()));
    }
    own.into_iter().map(|name| (name, file.to_owned())).chain(of_headers).collect()
}

/// All words that functions come to, through macros and functions.
fn all_words(unit: &Unit<'_>, functions: &BTreeSet<String>) -> BTreeSet<Arc<str>> {
    let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut todo: Vec<Arc<str>> = functions.iter().map(|name| name.as_str().into()).collect();
    while let Some(word) = todo.pop() {
        if seen.insert(word.clone()) {
            todo.extend(unit.words_of(&word));
        }
    }
    seen
}

impl Judge<'_, '_> {
    /// What a function comes to. `types`: whether a type differs, which it may use without a word of its own.
    fn outcome(&mut self, name: &str, types: bool) -> Outcome {
        match [0, 1].map(|side| self.units()[side].has(Sort::Function, name)) {
            [true, false] => return Outcome::Gone,
            [false, true] => return Outcome::New,
            _ => {}
        }
        let is_same = self.bounds.identity && self.policy.is_same_for_itself(name);
        if is_same && (!types || self.policy.is_same_flow(name)) {
            return Outcome::SameText;
        }
        match self.judge(name) {
            Ok(judged) => Outcome::Judged(Box::new(judged)),
            Err(refused) => Outcome::NotJudged(refused),
        }
    }
}

/// Whether a structure, an enum or a typedef differs.
fn types_differ(judge: &mut Judge<'_, '_>, changed: &BTreeSet<String>) -> bool {
    let [old, new] = judge.units();
    let names = |unit: &Unit<'_>| {
        let names = changed.iter().flat_map(|file| unit.defined_in(file));
        names.filter(|name| unit.is_type(name)).collect::<BTreeSet<_>>()
    };
    names(old).union(&names(new)).any(|name| old.says(name) != new.says(name))
}

/// The lines that one tree has and the other has not. Lines with one in common between them are changed together.
fn changed_lines(trees: [&dyn Files; 2], changed: &BTreeSet<String>) -> Changed {
    let mut lines = Changed::default();
    let mut number = 0;
    for file in changed {
        let [Some(old), Some(new)] = trees.map(|files| files.text(file)) else { continue };
        let name: Arc<str> = file.as_str().into();
        let mut options = diffy::DiffOptions::new();
        options.set_context_len(1);
        for hunk in options.create_patch(&old, &new).hunks() {
            let (mut at_old, mut at_new) =
                (hunk.old_range().start() as u32, hunk.new_range().start() as u32);
            number += 1;
            for line in hunk.lines() {
                match line {
                    diffy::Line::Context(_) => (at_old, at_new) = (at_old + 1, at_new + 1),
                    diffy::Line::Delete(_) => {
                        lines[0].insert((name.clone(), at_old), number);
                        at_old += 1;
                    }
                    diffy::Line::Insert(_) => {
                        lines[1].insert((name.clone(), at_new), number);
                        at_new += 1;
                    }
                }
            }
        }
    }
    lines
}

/// Counts the changed lines that ran, and says why others did not.
fn account(judge: &mut Judge<'_, '_>, compared: &mut Compared, lines: &Changed) {
    for (side, lines) in lines.iter().enumerate() {
        let mut ran: BTreeSet<Line> = BTreeSet::new();
        for function in &compared.functions {
            if let Outcome::Judged(judged) = &function.outcome {
                ran.extend(judged.ran[side].iter().cloned());
            }
        }
        for function in compared.functions.clone() {
            let Some((file, [first, last])) = judge.units()[side].place(&function.name) else {
                continue;
            };
            let file: Arc<str> = file.into();
            let left_out = judge.units()[side].left_out(&file);
            let code = match judge.units()[side].function(&function.name) {
                Some(Ok(body)) => lines_of(&body),
                _ => BTreeSet::new(),
            };
            let is_judged = matches!(function.outcome, Outcome::Judged(_));
            let is_cut_in =
                ran.iter().any(|(of, line)| *of == file && (first..=last).contains(line));
            for ((_, line), _) in lines.range((file.clone(), first)..=(file.clone(), last)) {
                let is_out = left_out.iter().any(|[from, to]| (from..=to).contains(&line));
                let why = match (&function.outcome, code.contains(line)) {
                    _ if is_out => "a condition of the configuration leaves it out",
                    (Outcome::NotJudged(_), _) => "its function is not judged",
                    (Outcome::SameText, _) => continue,
                    (Outcome::New | Outcome::Gone, true) if !is_cut_in => {
                        "nobody who was judged calls its function"
                    }
                    (_, true) if ran.contains(&(file.clone(), *line)) => {
                        compared.run += 1;
                        continue;
                    }
                    (_, true) if is_judged || is_cut_in => "no run comes to it",
                    _ => continue,
                };
                let line = (file.to_string(), *line);
                compared.not_run.push(NotRun { is_new: side == 1, line, why: why.to_owned() });
            }
        }
    }
}

/// The lines on which a function does, asks or decides something.
fn lines_of(function: &mmdiff_c::Function) -> BTreeSet<u32> {
    let of_block = |block: &mmdiff_c::Block| {
        let end = (!matches!(block.end.0, mmdiff_c::End::Jump(_) | mmdiff_c::End::Unreachable))
            .then_some(block.end.1);
        block.ops.iter().map(|(_, line)| *line).chain(end).collect::<Vec<_>>()
    };
    function.blocks.iter().flat_map(of_block).collect()
}

/// Definitions that differ and that nobody uses who was judged.
fn unused(judge: &mut Judge<'_, '_>, compared: &mut Compared, changed: &BTreeSet<String>) {
    let looked_at: BTreeSet<String> =
        compared.functions.iter().map(|function| function.name.clone()).collect();
    let mut used: BTreeSet<Arc<str>> = BTreeSet::new();
    for function in compared.changed() {
        for unit in judge.units().iter() {
            used.extend(words(unit, &function.name));
        }
    }
    for file in changed {
        let names: BTreeSet<Arc<str>> =
            judge.units().iter().flat_map(|unit| unit.defined_in(file)).collect();
        for name in names {
            let says = [0, 1].map(|side| judge.units()[side].says(&name));
            if says[0] != says[1] && !looked_at.contains(&*name) && !used.contains(&name) {
                compared.unused.insert((file.clone(), name.to_string()));
            }
        }
    }
    let [old, new] = [0, 1].map(|side| {
        judge.units()[side]
            .shadowed()
            .map(|(name, says)| (name.to_owned(), says.to_owned()))
            .collect::<BTreeMap<_, _>>()
    });
    for (name, says) in &old {
        if new.get(name).is_some_and(|other| other != says) {
            compared.unused.insert(("a macro that mmdiff has its own of".to_owned(), name.clone()));
        }
    }
}

/// All words that a name comes to, without those of functions that it calls.
fn words(unit: &Unit<'_>, name: &str) -> BTreeSet<Arc<str>> {
    let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut todo: Vec<Arc<str>> = vec![name.into()];
    while let Some(word) = todo.pop() {
        if !seen.insert(word.clone())
            || (&*word != name && unit.has(Sort::Function, &word) && !unit.has_macro(&word))
        {
            continue;
        }
        todo.extend(unit.words_of(&word));
    }
    seen
}

/// The worst that functions come to.
pub fn worst(compared: &Compared) -> Option<Verdict> {
    let verdicts = compared.functions.iter().filter_map(|function| match &function.outcome {
        Outcome::Judged(judged) => Some(judged.verdict),
        _ => None,
    });
    verdicts.max()
}

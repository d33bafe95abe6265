// SPDX-License-Identifier: GPL-2.0-only
//! Both traces of a step, side by side where they differ, as one where they do not.

use super::actors;
use super::bits;
use super::look::{Ink, Look, pad, wrap};
use crate::run::{Run, Tree};
use crate::scenario::Action;
use crate::trace::{self, Event, Stretch};
use crate::world::{Came, Moment};
use mmcore::{Call, Folio, Function, errno};
use std::collections::HashSet;
use std::fmt::{self, Write};

/// How many lines are shown before and after a difference.
const CONTEXT: usize = 3;
/// How many lines of equal traces are shown, from their beginning and from their end.
const BEGINNING: usize = 40;
const END: usize = 8;

/// A line of a trace.
struct Line {
    key: Key,
    depth: usize,
    text: String,
    ink: Ink,
    thought: String,
    inside: Option<Function>,
}

/// What makes two lines equal: an event, to the letter, or what an actor does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Event(Event),
    Actor(Action, Folio, Came),
}

/// Which lines stand beside each other.
#[derive(Clone, Copy)]
struct Row {
    left: Option<usize>,
    right: Option<usize>,
    same: bool,
}

/// A line of a trace, for whoever draws it otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// How many functions are open around it.
    pub depth: usize,
    /// What is said.
    pub text: String,
    /// `function`, `effect`, `actor`, or nothing for a question.
    pub kind: &'static str,
}

/// What stands side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pair {
    /// So many lines that are alike, far from every difference.
    Alike(usize),
    /// A line of each side; `None` where the other side says something alone.
    Lines {
        /// Of the old side.
        pre: Option<Said>,
        /// Of the new side.
        post: Option<Said>,
        /// Whether they are the same.
        same: bool,
    },
}

/// The traces of one step of both runs, side by side; what is alike is left out far from what differs.
pub fn pairs((pre, post): (&Run, &Run), step: usize) -> Vec<Pair> {
    let (left, right) = (lines(pre, step), lines(post, step));
    let rows = align(&left, &right);
    let is_actor = |at: usize| left[at].ink == Ink::Actor;
    let matters = |row: &Row| !row.same || row.left.is_some_and(is_actor);
    let shown = near(rows.len(), |i| matters(&rows[i]));
    let mut pairs = Vec::new();
    for (row, shown) in rows.iter().zip(shown) {
        if shown {
            let said = |lines: &[Line], at: Option<usize>| at.map(|at| lines[at].said());
            let (pre, post) = (said(&left, row.left), said(&right, row.right));
            pairs.push(Pair::Lines { pre, post, same: row.same });
        } else if let Some(Pair::Alike(count)) = pairs.last_mut() {
            *count += 1;
        } else {
            pairs.push(Pair::Alike(1));
        }
    }
    pairs
}

impl Line {
    fn said(&self) -> Said {
        let kind = match self.ink {
            Ink::Function => "function",
            Ink::Effect => "effect",
            Ink::Actor => "actor",
            _ => "",
        };
        Said { depth: self.depth, text: self.text.clone(), kind }
    }
}

/// Writes the traces of one step of both runs.
pub(super) fn write(
    look: &Look,
    (pre, post): (&Run, &Run),
    step: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    let (left, right) = (lines(pre, step), lines(post, step));
    let rows = align(&left, &right);
    if rows.iter().all(|row| row.same) {
        return write_merged(look, &left, out);
    }
    Columns { look, left, right, rows, thoughts: HashSet::new() }.write(pre, post, out)
}

/// The lines of a step's trace, every moment of an actor in its place. Only scenarios of one step
/// have actors.
fn lines(run: &Run, step: usize) -> Vec<Line> {
    let moments: &[Moment] = if run.steps.len() == 1 { &run.world.schedule.done } else { &[] };
    let mut moments = moments.iter().peekable();
    let (mut lines, mut open) = (Vec::new(), Vec::new());
    for (i, event) in run.events(step).iter().enumerate() {
        while let Some(moment) = moments.next_if(|moment| moment.at as usize <= i) {
            lines.push(actor_line(moment, &open));
        }
        if let Call::Leave {} = event.call {
            open.pop();
            continue;
        }
        lines.push(event_line(run.tree, event, &open));
        if let Call::Enter { function } = event.call {
            open.push(function);
        }
    }
    lines.extend(moments.map(|moment| actor_line(moment, &open)));
    lines
}

fn event_line(tree: &Tree, event: &Event, open: &[Function]) -> Line {
    let (text, ink) = match event.call {
        Call::Enter { function } => {
            (format!("{} [{}]", function.name(), function.file()), Ink::Function)
        }
        _ if event.is_effect() => (format!("=> {}", said(event)), Ink::Effect),
        _ => (said(event), Ink::Plain),
    };
    let thought = match bits::of_call(tree, &event.call) {
        _ if ink == Ink::Function => String::new(),
        Some(bits) => format!("{} {bits}", event.call.id().row().thought),
        None => event.call.id().row().thought.to_string(),
    };
    let key = Key::Event(*event);
    Line { key, depth: open.len(), text, ink, thought, inside: open.last().copied() }
}

/// The event, with an error by its name.
fn said(event: &Event) -> String {
    let text = event.to_string();
    let number = event.answer as i32;
    let name = number.checked_neg().filter(|&errno| errno > 0).and_then(errno::name);
    match (name, text.strip_suffix(&format!("= {number}"))) {
        (Some(name), Some(call)) => format!("{call}= -{name}"),
        _ => text,
    }
}

fn actor_line(moment: &Moment, open: &[Function]) -> Line {
    Line {
        key: Key::Actor(moment.action, moment.folio, moment.came),
        depth: 0,
        text: actors::say(moment),
        ink: Ink::Actor,
        thought: String::new(),
        inside: open.last().copied(),
    }
}

fn align(left: &[Line], right: &[Line]) -> Vec<Row> {
    let keys = |lines: &[Line]| -> Vec<Key> { lines.iter().map(|line| line.key).collect() };
    let mut rows = Vec::new();
    for Stretch { same, old, new } in trace::align(&keys(left), &keys(right)) {
        for i in 0..old.len().max(new.len()) {
            let (left, right) = (old.clone().nth(i), new.clone().nth(i));
            rows.push(Row { left, right, same });
        }
    }
    rows
}

/// The trace of both, with the line of thought beside each call.
fn write_merged(look: &Look, lines: &[Line], out: &mut dyn Write) -> fmt::Result {
    let fits = |&len: &usize| len < look.width / 2;
    let longest = lines.iter().map(|line| indented(line).chars().count()).filter(fits).max();
    let column = longest.unwrap_or(0) + 1;
    let mut shown = near(lines.len(), |i| lines[i].ink == Ink::Actor);
    let end = lines.len().saturating_sub(END);
    shown.iter_mut().enumerate().for_each(|(i, shown)| *shown |= i < BEGINNING || i >= end);
    let mut hidden = 0;
    for (i, line) in lines.iter().enumerate() {
        if !look.full && !shown[i] {
            hidden += 1;
            continue;
        }
        fold(look, &mut hidden, Some(line), out)?;
        let again = i > 0 && lines[i - 1].thought == line.thought;
        let thought = if again { "" } else { &line.thought };
        write_with_thought(look, line, column, thought, out)?;
    }
    Ok(())
}

/// The thought stands beside the text, or below it if the text is too long for that.
fn write_with_thought(
    look: &Look,
    line: &Line,
    column: usize,
    thought: &str,
    out: &mut dyn Write,
) -> fmt::Result {
    let text = indented(line);
    let is_long = text.chars().count() >= column;
    if thought.is_empty() || is_long {
        for text in wrap(&text, look.width - 2, 2 * line.depth + 2) {
            writeln!(out, "  {}", look.ink(line.ink, &text))?;
        }
    }
    if thought.is_empty() {
        return Ok(());
    }
    let text = if is_long { String::new() } else { text };
    for (i, thought) in wrap(thought, look.width - column - 4, 0).iter().enumerate() {
        let (text, mark) = if i == 0 { (text.as_str(), '·') } else { ("", ' ') };
        let thought = look.ink(Ink::Thought, &format!("{mark} {thought}"));
        writeln!(out, "  {}{thought}", look.ink(line.ink, &pad(text, column)))?;
    }
    Ok(())
}

/// Which of so many lines are near one that matters.
fn near(lines: usize, matters: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut near = vec![false; lines];
    for i in (0..lines).filter(|&i| matters(i)) {
        near[i.saturating_sub(CONTEXT)..(i + CONTEXT + 1).min(lines)].fill(true);
    }
    near
}

fn indented(line: &Line) -> String {
    format!("{:indent$}{}", "", line.text, indent = 2 * line.depth)
}

/// Says how many lines were left out since the last one, and where the trace goes on.
fn fold(look: &Look, hidden: &mut usize, next: Option<&Line>, out: &mut dyn Write) -> fmt::Result {
    let count = std::mem::take(hidden);
    if count == 0 {
        return Ok(());
    }
    let plural = if count == 1 { "line" } else { "lines" };
    let inside = next.and_then(|line| line.inside).map_or(String::new(), |function| {
        format!("; in {} [{}]", function.name(), function.file())
    });
    let text = format!("⋮ {count} {plural} alike, --full shows them{inside}");
    for line in wrap(&text, look.width - 2, 2) {
        writeln!(out, "  {}", look.ink(Ink::Thought, &line))?;
    }
    Ok(())
}

/// Two traces that differ.
struct Columns<'a> {
    look: &'a Look,
    left: Vec<Line>,
    right: Vec<Line>,
    rows: Vec<Row>,
    thoughts: HashSet<String>,
}

impl Columns<'_> {
    fn write(mut self, pre: &Run, post: &Run, out: &mut dyn Write) -> fmt::Result {
        let width = self.width();
        let head = [pre, post].map(|run| run.tree.name);
        let left = self.look.ink(Ink::Pre, &pad(head[0], width));
        writeln!(out, "  {left}   {}", self.look.ink(Ink::Post, head[1]))?;
        let is_actor = |line: usize| self.left[line].ink == Ink::Actor;
        let matters = |row: &Row| !row.same || row.left.is_some_and(is_actor);
        let shown = near(self.rows.len(), |i| matters(&self.rows[i]));
        let mut hidden = 0;
        for (i, shown) in shown.into_iter().enumerate() {
            if !shown && !self.look.full {
                hidden += 1;
                continue;
            }
            fold(self.look, &mut hidden, self.rows[i].left.map(|at| &self.left[at]), out)?;
            self.write_row(self.rows[i], out)?;
        }
        fold(self.look, &mut hidden, None, out)
    }

    fn width(&self) -> usize {
        (self.look.width - 5) / 2
    }

    fn write_row(&mut self, row: Row, out: &mut dyn Write) -> fmt::Result {
        let left = row.left.map(|at| &self.left[at]);
        let right = row.right.map(|at| &self.right[at]);
        let mark = match (left, right) {
            _ if row.same => "│",
            (Some(_), Some(_)) => "≠",
            (Some(_), None) => "<",
            _ => ">",
        };
        let text = |line: Option<&Line>| line.map_or(String::new(), indented);
        let indent = left.or(right).map_or(0, |line| 2 * line.depth + 2);
        let inks = [left, right].map(|line| line.map_or(Ink::Plain, |line| line.ink));
        let inks = if row.same { inks } else { [Ink::Pre, Ink::Post] };
        let thoughts = [left, right].map(|line| line.map_or("", |line| &line.thought).to_string());
        self.write_cells([text(left), text(right)], inks, mark, indent, out)?;
        self.write_thoughts(thoughts, row.same, indent, out)
    }

    /// The thoughts behind a row: below it, and the first time only if both sides have it.
    fn write_thoughts(
        &mut self,
        thoughts: [String; 2],
        same: bool,
        indent: usize,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let mut known = true;
        for thought in thoughts.iter().filter(|thought| !thought.is_empty()) {
            known &= !self.thoughts.insert(thought.clone());
        }
        if same && known || thoughts.iter().all(String::is_empty) {
            return Ok(());
        }
        if same {
            let text = format!("{:indent$}· {}", "", thoughts[0]);
            for line in wrap(&text, self.look.width - 2, indent + 2) {
                writeln!(out, "  {}", self.look.ink(Ink::Thought, &line))?;
            }
            return Ok(());
        }
        let say = |thought: String| match thought.is_empty() {
            true => thought,
            false => format!("{:indent$}· {thought}", ""),
        };
        self.write_cells(thoughts.map(say), [Ink::Thought; 2], "│", indent + 2, out)
    }

    fn write_cells(
        &self,
        texts: [String; 2],
        inks: [Ink; 2],
        mark: &str,
        indent: usize,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let width = self.width();
        let [left, right] = texts.map(|text| wrap(&text, width, indent));
        for i in 0..left.len().max(right.len()) {
            let text = |lines: &[String]| lines.get(i).cloned().unwrap_or_default();
            let mark = if i == 0 { mark } else { "│" };
            let left = self.look.ink(inks[0], &pad(&text(&left), width));
            let line = format!("  {left} {mark} {}", self.look.ink(inks[1], &text(&right)));
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

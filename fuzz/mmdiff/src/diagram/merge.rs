// SPDX-License-Identifier: GPL-2.0-only
//! From a function's machine to its diagram: places from which everything goes on alike become one
//! node, and the answers that lead the same way one edge.

use super::fold::{Machine, Place};
use super::{Diagram, Edge, Kind, Node, Who};
use mmcore::{CallId, Function, errno};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Steps with the answers as they are shown: from, to, answer, and who takes it.
type Steps = BTreeMap<(Place, Place, String), u8>;

pub(super) fn diagram(
    function: Function,
    (pre, post): (&'static str, &'static str),
    machine: &Machine,
) -> Diagram {
    let steps = shown(machine);
    let places: Vec<Place> = machine.names.keys().copied().collect();
    let class = classes(machine, &places, &steps);
    let number = |place: Place| class[&place];
    let mut edges: BTreeMap<(usize, usize), BTreeMap<String, u8>> = BTreeMap::new();
    for ((from, to, answer), who) in &steps {
        let answers = edges.entry((number(*from), number(*to))).or_default();
        *answers.entry(answer.clone()).or_default() |= who;
    }
    let count = class.values().max().map_or(0, |most| most + 1);
    let mut nodes: Vec<Option<Node>> = vec![None; count];
    for place in places {
        nodes[number(place)].get_or_insert_with(|| node(machine, place));
    }
    let mut diagram = Diagram {
        function,
        pre,
        post,
        nodes: nodes.into_iter().flatten().collect(),
        edges: label(&edges),
    };
    in_order(&mut diagram);
    tell_apart(&mut diagram);
    diagram
}

/// Numbers the nodes so that an edge leads to a higher number, unless it is the way back of a loop.
fn in_order(diagram: &mut Diagram) {
    let mut open = vec![(0, 0)];
    let mut seen = vec![false; diagram.nodes.len()];
    let mut done = Vec::new();
    seen[0] = true;
    while let Some((node, next)) = open.pop() {
        let mut ways = diagram.edges.iter().filter(|edge| edge.from == node).skip(next);
        match ways.next() {
            None => done.push(node),
            Some(edge) => {
                open.push((node, next + 1));
                if !std::mem::replace(&mut seen[edge.to], true) {
                    open.push((edge.to, 0));
                }
            }
        }
    }
    // The head of the scanner's loop may be one that no stretch from the beginning comes to; an end
    // to which no step is left is no part of the diagram.
    let used = |node: usize| diagram.edges.iter().any(|edge| edge.from == node || edge.to == node);
    let rest = (0..diagram.nodes.len()).filter(|&node| !seen[node] && used(node));
    let order: Vec<usize> = done.into_iter().rev().chain(rest).collect();
    let mut number = vec![0; diagram.nodes.len()];
    order.iter().enumerate().for_each(|(new, &old)| number[old] = new);
    diagram.nodes = order.iter().map(|&old| diagram.nodes[old].clone()).collect();
    for edge in &mut diagram.edges {
        (edge.from, edge.to) = (number[edge.from], number[edge.to]);
    }
    diagram.edges.sort();
}

/// The steps, with what is no matter in the answers left out.
fn shown(machine: &Machine) -> Steps {
    let mut steps = Steps::new();
    for ((from, to), answers) in &machine.steps {
        for (answer, who) in answers {
            // Inside another function nobody sees what is returned; outside it is known.
            let who = match to {
                Place::End => who & !known_end(machine, *from, *answer),
                _ => *who,
            };
            if who == 0 {
                continue;
            }
            *steps.entry((*from, *to, say(*from, *answer))).or_default() |= who;
        }
    }
    steps
}

/// The sides of which it is known what the function returns from there.
fn known_end(machine: &Machine, from: Place, answer: u64) -> u8 {
    let ends = machine.steps.range((from, Place::Start)..).take_while(|((at, _), _)| *at == from);
    ends.filter(|((_, to), _)| matches!(to, Place::Returned(_)))
        .filter_map(|(_, answers)| answers.get(&answer))
        .fold(0, |known, who| known | who)
}

/// An answer, for a person: a truth, an error, a mode; of a number, whether it is 0.
fn say(place: Place, answer: u64) -> String {
    let Place::Call(id, ..) = place else {
        return String::new();
    };
    match id.answer() {
        "()" => String::new(),
        "(i32)" => match answer as i32 {
            0 => "0".into(),
            number @ 1.. => format!("> {}", number.min(0)),
            number => match number.checked_neg().and_then(errno::name) {
                Some(name) => format!("-{name}"),
                None => "< 0".into(),
            },
        },
        "(Option<Folio>)" | "(Option<Mapping>)" => {
            if answer == 0 {
                "NULL".into()
            } else {
                "not NULL".into()
            }
        }
        "(u32)" | "(u64)" | "(i64)" => if answer == 0 { "0" } else { "not 0" }.into(),
        "(Folio)" | "(Lruvec)" => String::new(),
        "(Entry)" => if answer == 0 { "value" } else { "folio" }.into(),
        _ => Shown(id, answer).to_string(),
    }
}

struct Shown(CallId, u64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mmcore::Call::from_words(self.0, [0; 4]).show_answer(self.1, f)
    }
}

/// The number of each place's node: places of the same name, from which the same answers lead the
/// same way, are one. Begins with one class a name, and splits until nothing is left to split.
fn classes(machine: &Machine, places: &[Place], steps: &Steps) -> BTreeMap<Place, usize> {
    let mut class = numbered(places.iter().map(|&place| (place, key(machine, place))));
    loop {
        let mut ways: BTreeMap<Place, BTreeSet<(&str, usize, u8)>> = BTreeMap::new();
        for ((from, to, answer), who) in steps {
            ways.entry(*from).or_default().insert((answer, class[to], *who));
        }
        let finer =
            numbered(places.iter().map(|&place| {
                (place, (class[&place], ways.get(&place).cloned().unwrap_or_default()))
            }));
        let count = |class: &BTreeMap<Place, usize>| class.values().collect::<BTreeSet<_>>().len();
        if count(&finer) == count(&class) {
            return class;
        }
        class = finer;
    }
}

/// Numbers keys in the order in which they come, the beginning first.
fn numbered<K: Ord>(keyed: impl Iterator<Item = (Place, K)>) -> BTreeMap<Place, usize> {
    let mut numbers: BTreeMap<K, usize> = BTreeMap::new();
    let mut class = BTreeMap::new();
    for (place, key) in keyed {
        let next = numbers.len();
        class.insert(place, *numbers.entry(key).or_insert(next));
    }
    class
}

/// What a place's node is called: places that are not called the same are never one node.
fn key(machine: &Machine, place: Place) -> (Kind, String) {
    let names: Vec<&str> = machine.names[&place].iter().map(String::as_str).collect();
    (kind(place), names.join(" or "))
}

fn kind(place: Place) -> Kind {
    match place {
        Place::Start => Kind::Start,
        Place::Loop => Kind::Loop,
        Place::Function(..) => Kind::Function,
        Place::End | Place::Returned(_) => Kind::End,
        Place::Call(id, ..) if id.kind() == mmcore::Kind::Effect => Kind::Effect,
        Place::Call(..) => Kind::Question,
    }
}

fn node(machine: &Machine, place: Place) -> Node {
    let (kind, label) = key(machine, place);
    let thought = match place {
        Place::Call(id, ..) => id.row().thought,
        _ => "",
    };
    Node { kind, label, thought, who: Who::Both, parts: false }
}

/// One edge for the answers that the same side takes the same way.
fn label(edges: &BTreeMap<(usize, usize), BTreeMap<String, u8>>) -> Vec<Edge> {
    // What each side can be answered at a node.
    let mut all: BTreeMap<usize, BTreeSet<(&str, u8)>> = BTreeMap::new();
    for (&(from, _), answers) in edges {
        for (answer, who) in answers {
            let sides = [1, 2].into_iter().filter(|side| who & side != 0);
            all.entry(from).or_default().extend(sides.map(|side| (answer.as_str(), side)));
        }
    }
    let mut labelled = Vec::new();
    for (&(from, to), answers) in edges {
        for (mask, who) in [(3, Who::Both), (1, Who::Pre), (2, Who::Post)] {
            let mine: Vec<&str> =
                answers.iter().filter(|(_, who)| **who == mask).map(|(a, _)| a.as_str()).collect();
            if mine.is_empty() {
                continue;
            }
            let every = all[&from].iter().filter(|(_, side)| mask & side != 0);
            let is_every = every.clone().all(|(answer, _)| mine.contains(answer));
            let label = if is_every { String::new() } else { mine.join(", ") };
            labelled.push(Edge { from, to, who, label });
        }
    }
    labelled.sort();
    labelled
}

/// Says of each node who comes there, and whether the sides part at it.
fn tell_apart(diagram: &mut Diagram) {
    let Diagram { nodes, edges, .. } = diagram;
    for (i, node) in nodes.iter_mut().enumerate() {
        let comes = |who: Who| {
            let to = |edge: &&Edge| edge.to == i || edge.from == i;
            edges.iter().filter(to).any(|edge| edge.who == who || edge.who == Who::Both)
        };
        node.who = match (comes(Who::Pre), comes(Who::Post)) {
            (true, false) => Who::Pre,
            (false, true) => Who::Post,
            _ => Who::Both,
        };
        let leaves = |edge: &&Edge| edge.from == i;
        node.parts =
            node.who == Who::Both && edges.iter().filter(leaves).any(|edge| edge.who != Who::Both);
    }
}

// SPDX-License-Identifier: GPL-2.0-only
//! A large diagram as a ladder: a rung for each node, one below the other, and beside it where it goes
//! on, answer by answer. So it is as wide as its names, and is read from the top, as code is.
//!
//! A way to the next rung is an arrow down. One that is not much longer has a line at the left; and
//! every way, however long, stands at the right as a link that leads to its node.

use super::svg::{Drawn, LETTER, MARGIN, class, escaped, size, width, write_node};
use super::words::{leaving, named, way};
use super::{Diagram, Edge};
use layout::core::geometry::Point;
use std::fmt::{self, Write};

/// Between a rung and the next.
const GAP: f64 = 20.;
/// A way beside a node.
const LINE: f64 = 17.;
/// Between the lines at the left.
const LANE: f64 = 9.;
/// A way over more rungs than this has no line.
const LONG: usize = 12;
/// Between the nodes and the ways beside them.
const ROOM: f64 = 26.;

struct Ladder<'a> {
    diagram: &'a Diagram,
    id: &'a str,
    /// Where the nodes begin.
    x: f64,
    /// The top of each rung.
    y: Vec<f64>,
    /// The lane of the edges that have one.
    lanes: Vec<Option<usize>>,
    out: String,
}

pub(super) fn draw(diagram: &Diagram, id: &str) -> Drawn {
    let lanes = lanes(diagram);
    let used = lanes.iter().flatten().max().map_or(0, |most| most + 1);
    let wide = (0..diagram.nodes.len()).map(|at| size(&named(diagram, at)).x).fold(0., f64::max);
    let mut y = Vec::new();
    let mut next = MARGIN;
    for at in 0..diagram.nodes.len() {
        y.push(next);
        next += rung(diagram, at) + GAP;
    }
    let x = MARGIN + used as f64 * LANE + ROOM;
    let reach = |edge: &Edge| beside(diagram, x, edge.from) + width(&way(diagram, edge));
    let right = diagram.edges.iter().map(reach).fold(x + wide, f64::max);
    let mut ladder = Ladder { diagram, id, x, y, lanes, out: String::new() };
    // Writing to a string cannot fail.
    let _ = ladder.write();
    let size = Point::new(right + MARGIN, next - GAP + MARGIN);
    Drawn { low: Point::zero(), size, body: ladder.out, links: true }
}

/// How high a rung is.
fn rung(diagram: &Diagram, at: usize) -> f64 {
    size("").y.max(leaving(diagram, at).count() as f64 * LINE)
}

/// Where the ways beside a node begin.
fn beside(diagram: &Diagram, x: f64, at: usize) -> f64 {
    x + size(&named(diagram, at)).x + ROOM
}

/// Gives every way over some rungs a lane that is free there: the short ones are nearest.
fn lanes(diagram: &Diagram) -> Vec<Option<usize>> {
    let span = |edge: &Edge| edge.from.abs_diff(edge.to);
    let mut order: Vec<usize> = (0..diagram.edges.len())
        .filter(|&i| {
            let edge = &diagram.edges[i];
            edge.to != edge.from + 1 && (1..=LONG).contains(&span(edge))
        })
        .collect();
    order.sort_by_key(|&i| (span(&diagram.edges[i]), i));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut lanes = vec![None; diagram.edges.len()];
    for i in order {
        let Edge { from, to, .. } = diagram.edges[i];
        let (low, high) = (from.min(to), from.max(to));
        let free = |lane: &Vec<(usize, usize)>| lane.iter().all(|&(l, h)| high < l || h < low);
        let lane = taken.iter().position(free).unwrap_or(taken.len());
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        taken[lane].push((low, high));
        lanes[i] = Some(lane);
    }
    lanes
}

impl Ladder<'_> {
    fn write(&mut self) -> fmt::Result {
        for (i, edge) in self.diagram.edges.iter().enumerate() {
            self.line(i, edge)?;
        }
        for at in 0..self.diagram.nodes.len() {
            let label = named(self.diagram, at);
            let at_ = (Point::new(self.x, self.y[at]), size(&label));
            write_node((self.diagram, self.id), at, &label, at_, &mut self.out)?;
            self.ways(at)?;
        }
        Ok(())
    }

    /// The line of an edge: down, or at the left, or none.
    fn line(&mut self, i: usize, edge: &Edge) -> fmt::Result {
        let (id, class, height) = (self.id, class(edge.who), size("").y);
        let data = match self.lanes[i] {
            Some(lane) => {
                // It leaves below the middle and ends above it, so that both can be at one node.
                let (from, to) = (self.y[edge.from] + height * 0.7, self.y[edge.to] + height * 0.3);
                let x = self.x - ROOM + LETTER - lane as f64 * LANE;
                format!("M{:.1} {from:.1}H{x:.1}V{to:.1}H{:.1}", self.x, self.x)
            }
            None if edge.to == edge.from + 1 => {
                let x = self.x + 18.;
                format!("M{x:.1} {:.1}V{:.1}", self.y[edge.from] + height, self.y[edge.to])
            }
            None => return Ok(()),
        };
        writeln!(
            self.out,
            "<path class=\"edge {class}\" d=\"{data}\" marker-end=\"url(#{id}-end)\"/>"
        )
    }

    /// The ways beside a node.
    fn ways(&mut self, at: usize) -> fmt::Result {
        let x = beside(self.diagram, self.x, at);
        let count = leaving(self.diagram, at).count() as f64;
        let top = self.y[at] + (size("").y.max(count * LINE) - count * LINE) / 2. + LINE / 2.;
        for (line, edge) in leaving(self.diagram, at).enumerate() {
            let y = top + line as f64 * LINE;
            let text = escaped(&way(self.diagram, edge));
            let (id, to, class) = (self.id, edge.to, class(edge.who));
            writeln!(
                self.out,
                "<a class=\"way {class}\" href=\"#{id}-n{to}\"><text x=\"{x:.1}\" y=\"{y:.1}\">{text}</text></a>"
            )?;
        }
        Ok(())
    }
}

// SPDX-License-Identifier: GPL-2.0-only
//! A diagram as SVG: `layout-rs` places it, this draws it; a large one is a [`ladder`]. Styles are by
//! class, in light and dark, so that the picture is the same alone and in a page. What colour says,
//! dashes and words say too.

use super::{Diagram, Edge, Kind, Who, ladder};
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::{Point, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::fmt::{self, Write};

/// The size of a letter; the layout takes one to be as wide as it is high.
const FONT: usize = 8;
/// The margin around a node, and around the picture.
pub(super) const MARGIN: f64 = 10.;

/// The height of a heading.
const HEADING: f64 = 40.;

/// The look.
pub const STYLE: &str = include_str!("../../templates/diagram.css");

/// Writes diagrams as one picture, one below the other.
///
/// # Errors
/// Those of the writer.
pub fn write_all(diagrams: &[Diagram], out: &mut dyn Write) -> fmt::Result {
    let drawn: Vec<Drawn> =
        diagrams.iter().enumerate().map(|(at, d)| draw(d, &format!("d{at}"))).collect();
    let width = drawn.iter().map(|drawn| drawn.size.x).fold(0., f64::max);
    let height: f64 = drawn.iter().map(|drawn| drawn.size.y + HEADING).sum();
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" width=\"{width:.0}\" \
         height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n<style>{STYLE}</style>"
    )?;
    let mut y = 0.;
    for (at, (diagram, drawn)) in diagrams.iter().zip(&drawn).enumerate() {
        let title = escaped(&title(diagram));
        let line = y + HEADING / 2.;
        writeln!(out, "<text class=\"heading\" x=\"{MARGIN}\" y=\"{line:.0}\">{title}</text>")?;
        y += HEADING;
        drawn.write(diagram, &format!("d{at}"), &format!(" y=\"{y:.0}\""), out)?;
        y += drawn.size.y;
    }
    writeln!(out, "</svg>")
}

/// Writes a diagram for a page, which has the [`STYLE`]. `id` is the beginning of the identifiers in
/// it, which must be unique in the page.
///
/// # Errors
/// Those of the writer.
pub fn write(diagram: &Diagram, id: &str, out: &mut dyn Write) -> fmt::Result {
    draw(diagram, id).write(diagram, id, "", out)
}

/// A diagram of more nodes than this is a ladder.
const LARGE: usize = 30;

fn draw(diagram: &Diagram, id: &str) -> Drawn {
    match diagram.nodes.len() > LARGE {
        true => ladder::draw(diagram, id),
        false => lay_out(diagram, id),
    }
}

/// A diagram that is drawn: where its picture begins, how large it is, and what is in it.
pub(super) struct Drawn {
    pub(super) low: Point,
    pub(super) size: Point,
    pub(super) body: String,
    /// Whether there are links in it: then it is not read aloud as one picture.
    pub(super) links: bool,
}

impl Drawn {
    /// Writes the picture, with further attributes.
    fn write(
        &self,
        diagram: &Diagram,
        id: &str,
        attributes: &str,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let Point { x: width, y: height } = self.size;
        let Point { x, y } = self.low;
        let role = if self.links { "group" } else { "img" };
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" role=\"{role}\" \
             aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" width=\"{width:.0}\" \
             height=\"{height:.0}\" viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\"{attributes}>\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
             <defs><marker id=\"{id}-end\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
             markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">\
             <path d=\"M0 0L10 5L0 10z\" class=\"head\"/></marker></defs>",
            escaped(&title(diagram)),
            escaped(&described(diagram)),
        )?;
        writeln!(out, "{}</svg>", self.body)
    }
}

fn title(diagram: &Diagram) -> String {
    let Diagram { function, pre, post, .. } = diagram;
    format!("{} [{}]: {pre} and {post}", function.name(), function.file())
}

/// The diagram in words, for whoever does not see it.
fn described(diagram: &Diagram) -> String {
    let parting: Vec<&str> =
        diagram.nodes.iter().filter(|node| node.parts).map(|node| node.label.as_str()).collect();
    let (nodes, edges) = (diagram.nodes.len(), diagram.edges.len());
    match parting.as_slice() {
        [] => format!("{nodes} nodes, {edges} edges; the revisions do not part."),
        parting => {
            format!("{nodes} nodes, {edges} edges; the revisions part at {}.", parting.join(", "))
        }
    }
}

/// Has a diagram laid out, and draws it.
fn lay_out(diagram: &Diagram, id: &str) -> Drawn {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    let style = || StyleAttr::new(Color::fast("black"), 1, None, 0, FONT);
    let place = |at: usize| {
        let size = size(&label(diagram, at));
        let (shape, orientation) = (ShapeKind::new_box(""), Orientation::TopToBottom);
        let mut element =
            Element::create_with_properties(shape, style(), orientation, size, at.to_string());
        element.pos = Position::new(Point::zero(), size, Point::zero(), Point::splat(MARGIN));
        graph.add_node(element)
    };
    let handles: Vec<_> = (0..diagram.nodes.len()).map(place).collect();
    // The layout looks for circles from the end of each edge, so all are laid as ways down, in the
    // order of where they leave.
    let mut ways: Vec<usize> = (0..diagram.edges.len()).collect();
    ways.sort_by_key(|&i| {
        let Edge { from, to, .. } = diagram.edges[i];
        (from.min(to), from.max(to), i)
    });
    for i in ways {
        let edge = &diagram.edges[i];
        let ends = [LineEndKind::None, LineEndKind::Arrow];
        let [start, end] = if edge.from <= edge.to { ends } else { [ends[1], ends[0]] };
        let arrow = Arrow {
            start,
            end,
            text: edge.label.clone(),
            look: style(),
            properties: Some(i.to_string()),
            ..Arrow::default()
        };
        let (top, bottom) = (edge.from.min(edge.to), edge.from.max(edge.to));
        graph.add_edge(arrow, handles[top], handles[bottom]);
    }
    let mut canvas = Canvas {
        diagram,
        id,
        nodes: String::new(),
        edges: String::new(),
        low: Point::new(f64::MAX, f64::MAX),
        high: Point::zero(),
    };
    graph.do_it(false, false, false, &mut canvas);
    let Canvas { low, high, nodes, edges, .. } = canvas;
    Drawn {
        low: Point::new(low.x - MARGIN, low.y - MARGIN),
        size: Point::new(high.x - low.x + 2. * MARGIN, high.y - low.y + 2. * MARGIN),
        body: edges + &nodes,
        links: false,
    }
}

/// The width of a letter.
pub(super) const LETTER: f64 = 7.3;

/// How wide so many letters are, with some room.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// The size of a node that says this.
pub(super) fn size(label: &str) -> Point {
    Point::new(width(label) + 22., 26.)
}

/// What stands in a node: what it is, and who comes there if only one side does.
pub(super) fn label(diagram: &Diagram, at: usize) -> String {
    let node = &diagram.nodes[at];
    match node.who {
        Who::Both => node.label.clone(),
        Who::Pre => format!("{} · {}", node.label, diagram.pre),
        Who::Post => format!("{} · {}", node.label, diagram.post),
    }
}

/// Draws a node that says this.
pub(super) fn write_node(
    (diagram, id): (&Diagram, &str),
    at: usize,
    label: &str,
    (xy, size): (Point, Point),
    out: &mut String,
) -> fmt::Result {
    let node = &diagram.nodes[at];
    let kind = match node.kind {
        Kind::Start | Kind::Loop | Kind::End => "end",
        Kind::Question => "question",
        Kind::Effect => "effect",
        Kind::Function => "call",
    };
    let parts = if node.parts { " parts" } else { "" };
    write!(out, "<g id=\"{id}-n{at}\" class=\"node {kind} {}{parts}\">", class(node.who))?;
    let mut thought = node.thought.to_string();
    if node.parts {
        thought = format!("Here the revisions part. {thought}");
    }
    if !thought.is_empty() {
        write!(out, "<title>{}</title>", escaped(thought.trim_end()))?;
    }
    let round = match node.kind {
        Kind::Start | Kind::Loop | Kind::End => size.y / 2.,
        Kind::Question => 6.,
        Kind::Effect | Kind::Function => 0.,
    };
    rect(out, xy, size, 0., round)?;
    if node.parts {
        rect(out, xy, size, 3., round)?;
    }
    if node.kind == Kind::Function {
        for x in [xy.x + 5., xy.x + size.x - 5.] {
            write!(out, "<path d=\"M{x:.1} {:.1}v{:.1}\"/>", xy.y, size.y)?;
        }
    }
    let (x, y) = (xy.x + size.x / 2., xy.y + size.y / 2.);
    writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text></g>", escaped(label))
}

/// What the layout draws on.
struct Canvas<'a> {
    diagram: &'a Diagram,
    id: &'a str,
    nodes: String,
    edges: String,
    low: Point,
    high: Point,
}

impl Canvas<'_> {
    fn grow(&mut self, x: f64, y: f64) {
        self.low = Point::new(self.low.x.min(x), self.low.y.min(y));
        self.high = Point::new(self.high.x.max(x), self.high.y.max(y));
    }

    fn arrow(&mut self, edge: &Edge, path: &[(Point, Point)], head: (bool, bool)) -> fmt::Result {
        let mut data = String::new();
        let mut points = path.iter();
        if let (Some((from, exit)), Some((entry, to))) = (points.next(), points.next()) {
            let (x, y, tx, ty) = (from.x, from.y, to.x, to.y);
            let (ex, ey, nx, ny) = (exit.x, exit.y, entry.x, entry.y);
            write!(data, "M{x:.1} {y:.1}C{ex:.1} {ey:.1} {nx:.1} {ny:.1} {tx:.1} {ty:.1}")?;
        }
        for (entry, to) in points {
            write!(data, "S{:.1} {:.1} {:.1} {:.1}", entry.x, entry.y, to.x, to.y)?;
        }
        let marker = |is: bool, end: &str| match is {
            true => format!(" marker-{end}=\"url(#{}-end)\"", self.id),
            false => String::new(),
        };
        let (start, end) = (marker(head.0, "start"), marker(head.1, "end"));
        let class = class(edge.who);
        writeln!(self.edges, "<path class=\"edge {class}\" d=\"{data}\"{start}{end}/>")
    }
}

fn rect(out: &mut String, xy: Point, size: Point, inside: f64, round: f64) -> fmt::Result {
    write!(
        out,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{:.1}\"/>",
        xy.x + inside,
        xy.y + inside,
        size.x - 2. * inside,
        size.y - 2. * inside,
        (round - inside).max(0.)
    )
}

pub(super) const fn class(who: Who) -> &'static str {
    match who {
        Who::Pre => "pre",
        Who::Post => "post",
        Who::Both => "both",
    }
}

impl RenderBackend for Canvas<'_> {
    fn draw_rect(
        &mut self,
        xy: Point,
        size: Point,
        _: &StyleAttr,
        properties: Option<String>,
        _: Option<ClipHandle>,
    ) {
        self.grow(xy.x, xy.y);
        self.grow(xy.x + size.x, xy.y + size.y);
        if let Some(at) = properties.and_then(|text| text.parse().ok()) {
            // Writing to a string cannot fail.
            let _ = write_node(
                (self.diagram, self.id),
                at,
                &label(self.diagram, at),
                (xy, size),
                &mut self.nodes,
            );
        }
    }

    fn draw_text(&mut self, xy: Point, text: &str, _: &StyleAttr) {
        if text.is_empty() {
            return;
        }
        let half = text.chars().count() as f64 * 3.5;
        self.grow(xy.x - half, xy.y - 6.);
        self.grow(xy.x + half, xy.y + 6.);
        let text = escaped(text);
        let _ = writeln!(
            self.nodes,
            "<text class=\"answer\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            xy.x, xy.y
        );
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        head: (bool, bool),
        _: &StyleAttr,
        properties: Option<String>,
        _: &str,
    ) {
        for (a, b) in path {
            self.grow(a.x, a.y);
            self.grow(b.x, b.y);
        }
        let at: Option<usize> = properties.and_then(|text| text.parse().ok());
        if let Some(edge) = at.and_then(|at| self.diagram.edges.get(at)) {
            let _ = self.arrow(edge, path, head);
        }
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

/// The text, as it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}

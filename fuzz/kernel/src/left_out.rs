// SPDX-License-Identifier: GPL-2.0-only
//! What of the C no run can reach, and why: by the condition that it hangs on, so that nothing else
//! that a function leaves unreached is excused by it.

use crate::cut::{Piece, parse};
use tree_sitter::Node;

/// A condition of a function that no run fulfils.
struct Never {
    file: &'static str,
    function: &'static str,
    condition: &'static str,
    why: &'static str,
}

const fn never(
    file: &'static str,
    function: &'static str,
    condition: &'static str,
    why: &'static str,
) -> Never {
    Never { file, function, condition, why }
}

const SHMEM: (&str, &str) = ("mm/shmem.c", "shmem_undo_range");
const NEVER: &[Never] = &[
    never(
        "mm/migrate.c",
        "__migrate_folio",
        "src_private",
        "private data moves through callbacks that are not cut",
    ),
    never(SHMEM.0, SHMEM.1, "unfalloc", "undoing a fallocate is left out of the port"),
    never(
        SHMEM.0,
        SHMEM.1,
        "!swaps_freed",
        "swap entries are always freed: the port leaves them out",
    ),
    never(
        "virt/kvm/guest_memfd.c",
        "kvm_gmem_migrate_folio",
        "WARN_ON_ONCE(1)",
        "WARN_ON_ONCE(1) has no other side",
    ),
];

/// Why a line of a function is not reached, or, if it is, why a branch of it is not taken. `None` if
/// nothing is known that keeps a run from it.
pub(crate) fn why(
    piece: &Piece,
    function: &str,
    line: usize,
    is_branch: bool,
) -> Option<&'static str> {
    let mut known =
        NEVER.iter().filter(|n| n.file == piece.file && n.function == function).peekable();
    known.peek()?;
    let row = line.checked_sub(piece.line)?;
    let tree = parse(&piece.text);
    let text = piece.text.lines().nth(row)?;
    known
        .find(|never| {
            let asks = is_branch && text.contains(never.condition.trim_start_matches('!'));
            asks || is_under(tree.root_node(), &piece.text, never.condition, row)
        })
        .map(|never| never.why)
}

/// Whether a row stands in what an `if` with this very condition does.
fn is_under(node: Node<'_>, text: &str, condition: &str, row: usize) -> bool {
    let spans =
        |node: Node<'_>| (node.start_position().row..=node.end_position().row).contains(&row);
    if !spans(node) {
        return false;
    }
    if node.kind() == "if_statement" {
        let of = |field| node.child_by_field_name(field);
        if let (Some(asked), Some(then)) = (of("condition"), of("consequence")) {
            let asked = text[asked.byte_range()].trim_start_matches('(').trim_end_matches(')');
            let is_after_it = row > node.start_position().row;
            if asked == condition && is_after_it && spans(then) {
                return true;
            }
        }
    }
    node.children(&mut node.walk()).any(|child| is_under(child, text, condition, row))
}

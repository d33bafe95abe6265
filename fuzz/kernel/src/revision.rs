// SPDX-License-Identifier: GPL-2.0-only
//! The revisions whose C can be compiled: what each is made from, and how.
//!
//! A revision that is in no release is made from one that everybody can have, by changes that are
//! short and say what they are. Each file that anything is cut out of has git's hash before and after.
//! Of the patch's files those hashes are in its index lines, which proves the result to the byte; all
//! but guest_memfd.c, of which the kvm tree has more than is cut, and which was only read.

mod v6_10;

use crate::program::Edit;
use crate::tree::Tree;
use std::fmt;

/// A revision whose C can be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Revision {
    /// Its name.
    pub name: &'static str,
    /// What it is made from, to the byte. `None` if it is whatever tree there is.
    pub base: Option<&'static Base>,
    /// What is done to the base's files, in this order.
    pub changes: &'static [&'static [Change]],
    /// What is done to the text after it was cut.
    pub edits: fn() -> Vec<Edit>,
}

/// A tree that others are made from.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    /// Its name: a tag of the kernel's repository.
    pub name: &'static str,
    /// The files that anything is cut out of, and the hash of each as git abbreviates it.
    pub files: &'static [(&'static str, &'static str)],
}

/// A change of one file.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Which.
    pub file: &'static str,
    /// The commit that it makes or undoes, and what of it.
    pub what: &'static str,
    /// What is done to its text.
    pub splices: &'static [Splice],
    /// The hash of the file with the change.
    pub blob: &'static str,
}

/// A change of a text.
#[derive(Clone, Copy, Debug)]
pub enum Splice {
    /// What stands there once, and what is to.
    Replace(&'static str, &'static str),
    /// What stands there from one mark up to the next, and what is to. The first mark stands there once.
    Between(&'static str, &'static str, &'static str),
}

use Splice::{Between, Replace};

impl Splice {
    /// `None` if it does not fit.
    fn apply(&self, text: &str) -> Option<String> {
        let (Replace(from, to) | Between(from, _, to)) = *self;
        let (before, rest) = text.split_once(from)?;
        if rest.contains(from) {
            return None;
        }
        let after = match *self {
            Replace(..) => rest,
            Between(_, until, _) => &rest[rest.find(until)?..],
        };
        Some([before, to, after].concat())
    }
}

/// How a tree is not the one that a revision is made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotThatTree {
    /// The revision.
    pub revision: &'static str,
    /// The tree that is wanted.
    pub base: &'static str,
    /// The file that differs.
    pub file: &'static str,
    /// Its hash, if it is there.
    pub have: Option<String>,
    /// The hash that is wanted.
    pub want: &'static str,
}

impl fmt::Display for NotThatTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotThatTree { revision, base, file, have, want } = self;
        let have = have.as_deref().unwrap_or("not there");
        write!(
            f,
            "{revision} is made from {base}, and this tree is another: {file} is {have}, not {want}"
        )
    }
}

impl std::error::Error for NotThatTree {}

impl Base {
    /// The first file that `tree` has otherwise: its hash, and the one that is wanted.
    fn differs(&self, tree: &Tree) -> Option<(&'static str, Option<String>, &'static str)> {
        self.files.iter().find_map(|&(file, want)| {
            let have = tree.blob(file);
            (have.as_deref() != Some(want)).then_some((file, have, want))
        })
    }
}

/// Whether revisions are made from this very tree.
fn is_base(tree: &Tree) -> bool {
    REVISIONS.iter().filter_map(|revision| revision.base).any(|base| base.differs(tree).is_none())
}

impl Revision {
    /// The tree among `trees` that the revision is made from; for one that any tree will do for, the
    /// first that others are not made from.
    ///
    /// # Errors
    /// If there is none: how the first differs, if it does.
    pub fn pick<'t>(&self, trees: &'t [Tree]) -> Result<&'t Tree, Option<NotThatTree>> {
        let fits = |tree: &&Tree| match self.base {
            Some(base) => base.differs(tree).is_none(),
            None => !is_base(tree),
        };
        let differs = || trees.first().and_then(|tree| self.check(tree).err());
        trees.iter().find(fits).ok_or_else(differs)
    }

    fn check(&self, tree: &Tree) -> Result<(), NotThatTree> {
        let Some(base) = self.base else { return Ok(()) };
        match base.differs(tree) {
            None => Ok(()),
            Some((file, have, want)) => {
                Err(NotThatTree { revision: self.name, base: base.name, file, have, want })
            }
        }
    }

    /// Makes the revision from `tree`.
    ///
    /// # Errors
    /// If the tree is not the one that it is made from.
    ///
    /// # Panics
    /// If a change of ours does not fit the file that it is for, or the result is another than it says.
    pub fn make(&self, tree: &Tree) -> Result<Tree, NotThatTree> {
        self.check(tree)?;
        let mut made = tree.clone();
        for change in self.changes.iter().copied().flatten() {
            let text = made.text(change.file).expect("a base has every file that is changed");
            let text = change.splices.iter().try_fold(text.to_owned(), |text, s| s.apply(&text));
            let text =
                text.unwrap_or_else(|| panic!("{}: {} does not fit", change.file, change.what));
            made = made.with_text(change.file, text);
            assert_eq!(made.blob(change.file).as_deref(), Some(change.blob), "{}", change.file);
        }
        Ok(made)
    }

    /// The files that are changed, each with the hash that it has in the end.
    pub fn changed(&self) -> Vec<(&'static str, &'static str)> {
        let mut files: Vec<(&str, &str)> = Vec::new();
        for change in self.changes.iter().copied().flatten() {
            files.retain(|(file, _)| *file != change.file);
            files.push((change.file, change.blob));
        }
        files
    }
}

fn no_edits() -> Vec<Edit> {
    Vec::new()
}

/// `pre-fix`: the kvm tree of July 2024, before the patch.
pub const PRE_FIX: Revision = Revision {
    name: "pre-fix",
    base: Some(&v6_10::RC5),
    changes: &[v6_10::TO_PRE_FIX],
    edits: no_edits,
};

/// `post-fix`: with the patch.
pub const POST_FIX: Revision =
    Revision { name: "post-fix", changes: &[v6_10::TO_PRE_FIX, v6_10::MERGE], ..PRE_FIX };

/// `v6.12`: Debian's tree as it is.
pub const V6_12: Revision = Revision { name: "v6.12", base: None, changes: &[], edits: no_edits };

/// `v6.12-pre-fix`: the patch undone on what is cut out of it.
pub const V6_12_PRE_FIX: Revision =
    Revision { name: "v6.12-pre-fix", edits: undo_the_merge, ..V6_12 };

/// Every one.
pub const REVISIONS: [&Revision; 4] = [&V6_12, &V6_12_PRE_FIX, &PRE_FIX, &POST_FIX];

/// "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE" undone. The mask is the literal
/// 10, the number that AS_INACCESSIBLE had.
fn undo_the_merge() -> Vec<Edit> {
    let mut edits = vec![
        Edit::once("mapping_flags", "AS_INACCESSIBLE = 8", "AS_UNMOVABLE = 8"),
        Edit::once("mapping_set_inaccessible", "mapping_set_inaccessible", "mapping_set_unmovable"),
        Edit::once("mapping_set_inaccessible", "set_bit(AS_INACCESSIBLE", "set_bit(AS_UNMOVABLE"),
        Edit::once("mapping_inaccessible", "mapping_inaccessible", "mapping_unmovable"),
        Edit::once("mapping_inaccessible", "test_bit(AS_INACCESSIBLE", "test_bit(AS_UNMOVABLE"),
        Edit::once(
            "truncate_inode_partial_folio",
            "!mapping_inaccessible(folio->mapping)",
            "!(folio->mapping->flags & 10)",
        ),
        Edit::once(
            "__kvm_gmem_create",
            "a_ops = &kvm_gmem_aops;",
            "a_ops = &kvm_gmem_aops; inode->i_mapping->flags |= 10;",
        ),
    ];
    for (function, from, to) in [
        ("isolate_migratepages_block", "mapping_inaccessible(", "mapping_unmovable("),
        ("move_to_new_folio", "mapping_inaccessible(", "mapping_unmovable("),
        ("__kvm_gmem_create", "mapping_set_inaccessible(", "mapping_set_unmovable("),
    ] {
        edits.push(Edit::once(function, from, to));
    }
    edits
}

// SPDX-License-Identifier: GPL-2.0-only
//! The door between the ported functions and the rest of the kernel.
//!
//! A ported function holds no kernel state. Whatever it wants to know or do goes through
//! [`Kernel`], one call of a kernel helper at a time, and whoever implements the trait decides
//! what a run means: a simulated world, an enumeration of all answers, a recorder, or the kernel's
//! own C.
//!
//! The trait has **one** required method, [`Kernel::call`], and one provided method per helper, in
//! the kernel's names. So the functions read like the C they port, while a recorder, an explorer or
//! a bridge handles every helper in one place, and the set of helpers cannot drift apart between
//! them. The table in [`table`] is the only list.

#[macro_use]
mod calls;
pub mod row;
pub mod table;
mod value;

pub use row::{Derived, Domain, Door, Lasts, Row};
pub use table::{Call, CallId, derived};
pub(crate) use value::Arg;
pub use value::{
    Entry, Folio, IsolateMode, Lruvec, Mapping, MigrateMode, NodeStat, Oops, Page, Site, Word,
};

use crate::Function;

/// What a call is to the C code, and so how two traces compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A load from memory for which C makes no call (`mapping->flags`, `cc->mode`).
    Read,
    /// A question that C asks through a helper; it changes nothing.
    Ask,
    /// Something another part of the kernel, or user space, can observe; it may have an answer too.
    Effect,
    /// No part of the kernel: says which ported function the calls that follow belong to.
    Mark,
}

/// The rest of the kernel, as a ported function sees it.
///
/// Implementors write [`call`](Kernel::call); ported functions use the provided methods, which are
/// listed with their meaning and source in [`Call`]. The trait is object-safe, and every use inside
/// this crate is monomorphised.
///
/// # Errors and panics
/// A call does not fail and the ported functions do not panic. An answer that does not fit its type
/// is truncated to it, as C would.
pub trait Kernel {
    /// Answers `call`, and does what it says if it is an effect. The answer is [`Word`]-encoded.
    fn call(&mut self, call: Call) -> u64;

    table::kernel_methods!();

    /// `BUG_ON` and `VM_BUG_ON_FOLIO`: if `condition` holds, tells the kernel and ends the function.
    ///
    /// # Errors
    /// [`Oops`] with `site`, if `condition` holds.
    #[inline(always)]
    fn bug_on(&mut self, condition: bool, site: Site) -> Result<(), Oops> {
        if condition {
            self.bug(site);
            return Err(Oops(site));
        }
        Ok(())
    }

    /// Asks the watchdog whether the function has looped for too long.
    ///
    /// C relies on the rest of the kernel for some loops to end. With this, a kernel whose answers
    /// never let one end can stop the run.
    ///
    /// # Errors
    /// [`Oops`] with [`Site::SoftLockup`] if it has.
    #[inline(always)]
    fn watchdog(&mut self) -> Result<(), Oops> {
        let stuck = self.soft_lockup();
        self.bug_on(stuck, Site::SoftLockup)
    }

    /// `folio->mapping`, where C goes on to dereference it.
    ///
    /// # Errors
    /// [`Oops`] with [`Site::NullMapping`] if it is `NULL`: C would fault.
    #[inline(always)]
    fn deref_mapping(&mut self, folio: Folio) -> Result<Mapping, Oops> {
        let mapping = self.raw_mapping(folio);
        self.bug_on(mapping.is_none(), Site::NullMapping)?;
        mapping.ok_or(Oops(Site::NullMapping))
    }
}

impl<K: Kernel + ?Sized> Kernel for &mut K {
    #[inline(always)]
    fn call(&mut self, call: Call) -> u64 {
        (**self).call(call)
    }
}

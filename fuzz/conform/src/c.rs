// SPDX-License-Identifier: GPL-2.0-only
//! The kernel's own C as a revision: its functions cross into the object that this thread has
//! [`loaded`].

use crate::run::{Functions, Returned};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{Call, Folio, IsolateMode, Kernel, Mapping, MigrateMode, Oops, Revision};
use mmdiff_kernel::{Compiled, Invocation, Judged, Recorder, Returned as FromC};
use mmdiff_trace::every_function;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// The C of the revision `R`, in the object that is loaded as number `SLOT`: two trees' C can be
/// compared with each other.
pub struct C<R, const SLOT: usize = 0>(PhantomData<R>);

/// How many objects a thread can have loaded.
const SLOTS: usize = 2;

/// Why C did not return what the port could have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The function is not in the object: the tree's cannot be compiled.
    Missing(&'static str),
    /// It returned what the port's cannot: it stopped, or did what the shim has no call for.
    Otherwise(&'static str, FromC),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Missing(function) => write!(f, "{function} cannot be run"),
            Ended::Otherwise(function, returned) => {
                write!(f, "{function} ended in C as it cannot in the port: {returned}")
            }
        }
    }
}

/// A call, its answer, and where in the object it came from, if it came from C.
pub type Said = (Call, u64, Option<usize>);

thread_local! {
    static OBJECTS: RefCell<[Option<Arc<Compiled>>; SLOTS]> = const { RefCell::new([None, None]) };
    static ENDED: RefCell<Option<Ended>> = const { RefCell::new(None) };
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static HEARD: RefCell<Vec<Said>> = const { RefCell::new(Vec::new()) };
}

/// Runs something with an object loaded as number `slot`.
///
/// # Panics
/// If there is no such number.
pub fn loaded<T>(slot: usize, object: &Arc<Compiled>, run: impl FnOnce() -> T) -> T {
    let before = OBJECTS.with_borrow_mut(|all| all[slot].replace(Arc::clone(object)));
    // Put back even if `run` panics: the thread may be a pool's.
    struct Restore(usize, Option<Arc<Compiled>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            OBJECTS.with_borrow_mut(|all| all[self.0] = self.1.take());
        }
    }
    let _restore = Restore(slot, before);
    run()
}

/// Takes note of why C did not return what the port could have, if it did not since the last time.
pub(super) fn take_end() -> Option<Ended> {
    ENDED.with_borrow_mut(Option::take)
}

/// Runs something, and tells what was said in it by C.
pub(super) fn listen<T>(run: impl FnOnce() -> T) -> (T, Vec<Said>) {
    LISTENING.set(true);
    let done = run();
    LISTENING.set(false);
    (done, HEARD.take())
}

#[cold]
fn end(how: Ended) {
    ENDED.with_borrow_mut(|ended| {
        ended.get_or_insert(how);
    });
}

/// Runs a function in C.
fn run<R: Judged, const SLOT: usize, K: Kernel>(invocation: &Invocation, k: &mut K) -> FromC {
    let name = invocation.name::<R>();
    let done = OBJECTS.with_borrow(|objects| {
        let object = objects[SLOT].as_ref()?;
        if LISTENING.get() {
            return run_heard(object, name, invocation, k);
        }
        object.run_named(name, invocation, k, None)
    });
    done.unwrap_or_else(|| {
        end(Ended::Missing(name));
        FromC::Nothing
    })
}

#[cold]
fn run_heard<K: Kernel>(
    object: &Compiled,
    name: &str,
    invocation: &Invocation,
    k: &mut K,
) -> Option<FromC> {
    let (mut trace, mut from) = (Vec::new(), Vec::new());
    let mut recorder = Recorder { kernel: k, trace: &mut trace };
    let done = object.run_named(name, invocation, &mut recorder, Some(&mut from));
    // What was asked for the arguments comes first, and from nowhere in C.
    let arguments = trace.len() - from.len();
    let from = std::iter::repeat_n(None, arguments).chain(from.into_iter().map(Some));
    HEARD.with_borrow_mut(|heard| {
        heard.extend(trace.iter().zip(from).map(|((call, answer), from)| (*call, *answer, from)));
    });
    done
}

/// What a function returns, from what C returned.
trait FromWord: Sized {
    /// `None` if the port's function cannot return that.
    fn from_c(returned: &FromC) -> Option<Self>;
    /// What stands in for it then.
    fn stand_in() -> Self;
}

macro_rules! from_word {
    ($($ty:ty: $pattern:pat => $value:expr, $other:expr;)*) => {$(
        impl FromWord for $ty {
            fn from_c(returned: &FromC) -> Option<Self> {
                match *returned {
                    $pattern => Some($value),
                    _ => None,
                }
            }
            fn stand_in() -> Self {
                $other
            }
        }
    )*};
}
from_word! {
    (): FromC::Nothing => (), ();
    bool: FromC::Bool(value) => value, false;
    i32: FromC::Int(value) => value as i32, 0;
    i64: FromC::Int(value) => value, 0;
}

impl<T: FromWord> FromWord for Result<T, Oops> {
    fn from_c(returned: &FromC) -> Option<Self> {
        match *returned {
            FromC::Oops(site) => Some(Err(Oops(site))),
            _ => T::from_c(returned).map(Ok),
        }
    }
    fn stand_in() -> Self {
        Ok(T::stand_in())
    }
}

fn call<R: Judged, const SLOT: usize, K: Kernel, T: FromWord>(
    invocation: &Invocation,
    k: &mut K,
) -> T {
    let returned = run::<R, SLOT, K>(invocation, k);
    T::from_c(&returned).unwrap_or_else(|| {
        end(Ended::Otherwise(invocation.name::<R>(), returned));
        T::stand_in()
    })
}

macro_rules! in_c {
    ($($file:ident::$name:ident $(<$revision:ident>)? ($($arg:ident: $ty:ty),*) -> $ret:ty
        = $variant:ident;)*) => {
        impl<R: Judged, const SLOT: usize> Functions for C<R, SLOT> {
            $(
                fn $name<K: Kernel>(k: &mut K, $($arg: $ty),*) -> $ret {
                    call::<R, SLOT, K, $ret>(&Invocation::$variant { $($arg),* }, k)
                }
            )*

            fn mapping_pinned<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
                call::<R, SLOT, K, bool>(&Invocation::MappingPinned { mapping }, k)
            }
        }
    };
}
every_function!(in_c);

/// Who can be asked to run any function that can be called from outside.
pub trait Invoked: Functions {
    /// Whether it has the functions of the range of folio orders.
    const HAS_FOLIO_ORDERS: bool;

    /// Runs it.
    fn invoke<K: Kernel>(invocation: &Invocation, k: &mut K) -> Returned;
}

/// What C returned, as the runs have it.
fn returned(returned: &FromC) -> Option<Returned> {
    Some(match *returned {
        FromC::Nothing => Returned::Nothing,
        FromC::Bool(value) => Returned::Bool(value),
        FromC::Int(value) => Returned::Value(value),
        FromC::Oops(site) => Returned::Oops(site),
        FromC::Budget | FromC::Strange(_) => return None,
    })
}

macro_rules! port_invoked {
    ($($revision:ident),*) => {$(
        impl Invoked for $revision {
            const HAS_FOLIO_ORDERS: bool = <$revision as Judged>::HAS_FOLIO_ORDERS;

            fn invoke<K: Kernel>(invocation: &Invocation, k: &mut K) -> Returned {
                returned(&invocation.run_port::<$revision, K>(k)).unwrap_or(Returned::Nothing)
            }
        }
    )*};
}
port_invoked!(V6_12, V6_12PreFix, PreFix, PostFix);

impl<R: Judged, const SLOT: usize> Invoked for C<R, SLOT> {
    const HAS_FOLIO_ORDERS: bool = R::HAS_FOLIO_ORDERS;

    fn invoke<K: Kernel>(invocation: &Invocation, k: &mut K) -> Returned {
        let from_c = run::<R, SLOT, K>(invocation, k);
        returned(&from_c).unwrap_or_else(|| {
            end(Ended::Otherwise(invocation.name::<R>(), from_c));
            Returned::Nothing
        })
    }
}

impl<R, const SLOT: usize> Clone for C<R, SLOT> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R, const SLOT: usize> Copy for C<R, SLOT> {}
impl<R, const SLOT: usize> Default for C<R, SLOT> {
    fn default() -> Self {
        C(PhantomData)
    }
}

/// What is asked of a revision besides its functions: as the port has it.
impl<R: Judged, const SLOT: usize> Revision for C<R, SLOT> {
    const NAME: &'static str = R::IN_C;
    const TREE: &'static str = R::TREE;
    const FLAGS: &'static [(&'static str, u32)] = R::FLAGS;
    const AS_RELEASE_ALWAYS: u32 = R::AS_RELEASE_ALWAYS;
    const AS_STABLE_WRITES: u32 = R::AS_STABLE_WRITES;
    const TRUNCATE_TESTS: u64 = R::TRUNCATE_TESTS;
    const PINS_FOLIOS: u64 = R::PINS_FOLIOS;
    const HUGE_ORDER_READ_FIRST: bool = R::HUGE_ORDER_READ_FIRST;
    const MOVES_DRIVER_PAGES: bool = R::MOVES_DRIVER_PAGES;
    const HAS_SYNC_NO_COPY: bool = R::HAS_SYNC_NO_COPY;
    const MIGRATE_COPIES_FIRST: bool = R::MIGRATE_COPIES_FIRST;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = R::INVALIDATE_ASKS_NEEDS_RELEASE;
    const FAILED_SPLIT_UNMAPS: bool = R::FAILED_SPLIT_UNMAPS;

    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        R::mapping_pins_folios(k, mapping)
    }
    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops> {
        R::truncate_zeroes(k, folio)
    }
    fn gmem_mark_after_ops<K: Kernel>(k: &mut K, mapping: Mapping) {
        R::gmem_mark_after_ops(k, mapping);
    }
    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping) {
        R::gmem_mark(k, mapping);
    }
    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping) {
        R::mapping_set_large_folios(k, mapping);
    }
    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        R::mapping_large_folio_support(k, mapping)
    }
}

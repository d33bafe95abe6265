// SPDX-License-Identifier: GPL-2.0-only
//! The kernel's own C as a [`Side`]: its functions cross into the object that this thread has
//! [`loaded`].

use mmcore::{
    Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Oops, Page, Side, Tree,
    each_function,
};
use mmdiff_kernel::{Compiled, Ending};
use mmdiff_trace::{Event, Invocation, Recorder, Returned};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// The C of the tree `T`, in the object that is loaded as number `SLOT`: two trees' C can be
/// compared with each other.
pub struct C<T, const SLOT: usize = 0>(PhantomData<T>);

/// How many objects a thread can have loaded.
const SLOTS: usize = 2;

/// Why C did not return what the port could have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The function is not in the object: the tree's cannot be compiled.
    Missing(Function),
    /// It returned what the port's cannot: it stopped, or did what the shim has no call for.
    Otherwise(Function, Ending),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Missing(function) => write!(f, "{} cannot be run", function.name()),
            Ended::Otherwise(function, ending) => {
                write!(f, "{} ended in C as it cannot in the port: ", function.name())?;
                match ending {
                    Ok(returned) => returned.fmt(f),
                    Err(stopped) => stopped.fmt(f),
                }
            }
        }
    }
}

/// A call and its answer, and where in the object it came from, if it came from C.
pub type Said = (Event, Option<usize>);

thread_local! {
    static OBJECTS: RefCell<[Option<Arc<Compiled>>; SLOTS]> = const { RefCell::new([None, None]) };
    static ENDED: RefCell<Option<Ended>> = const { RefCell::new(None) };
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static HEARD: RefCell<Vec<Said>> = const { RefCell::new(Vec::new()) };
}

/// Runs something with these objects loaded: the first as number 0, a second as number 1. More are not
/// loaded.
pub fn loaded<T>(objects: &[Arc<Compiled>], run: impl FnOnce() -> T) -> T {
    type Objects = [Option<Arc<Compiled>>; SLOTS];
    let objects: Objects = std::array::from_fn(|slot| objects.get(slot).map(Arc::clone));
    let before = OBJECTS.replace(objects);
    // Put back even if `run` panics: the thread may be a pool's.
    struct Restore(Objects);
    impl Drop for Restore {
        fn drop(&mut self) {
            OBJECTS.replace(std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(before);
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

/// Runs a function in C. What cannot be run returns nothing.
fn run<const SLOT: usize, K: Kernel>(invocation: &Invocation, k: &mut K) -> Ending {
    let done = OBJECTS.with_borrow(|objects| {
        let object = objects[SLOT].as_ref()?;
        if LISTENING.get() { run_heard(object, invocation, k) } else { object.run(invocation, k) }
    });
    done.unwrap_or_else(|| {
        end(Ended::Missing(invocation.function()));
        Ok(Returned::Nothing)
    })
}

#[cold]
fn run_heard<K: Kernel>(object: &Compiled, invocation: &Invocation, k: &mut K) -> Option<Ending> {
    let (mut trace, mut from) = (Vec::new(), Vec::new());
    let mut recorder = Recorder::new(k, &mut trace);
    let done = object.run_from(invocation, &mut recorder, Some(&mut from));
    // What was asked for the arguments comes first, and from nowhere in C.
    let arguments = trace.len() - from.len();
    let from = std::iter::repeat_n(None, arguments).chain(from.into_iter().map(Some));
    HEARD.with_borrow_mut(|heard| {
        heard.extend(trace.into_iter().zip(from));
    });
    done
}

/// What a function returns, from what C returned.
trait FromWord: Sized {
    /// `None` if the port's function cannot return that.
    fn from_c(returned: Returned) -> Option<Self>;
    /// What stands in for it then.
    fn stand_in() -> Self;
}

macro_rules! from_word {
    ($($ty:ty: $pattern:pat => $value:expr, $other:expr;)*) => {$(
        impl FromWord for $ty {
            fn from_c(returned: Returned) -> Option<Self> {
                match returned {
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
    (): Returned::Nothing => (), ();
    bool: Returned::Bool(value) => value, false;
    u32: Returned::Value(value) => value as u32, 0;
    i32: Returned::Value(value) => value as i32, 0;
    i64: Returned::Value(value) => value, 0;
}

impl<T: FromWord> FromWord for Result<T, Oops> {
    fn from_c(returned: Returned) -> Option<Self> {
        match returned {
            Returned::Oops(site) => Some(Err(Oops(site))),
            _ => T::from_c(returned).map(Ok),
        }
    }
    fn stand_in() -> Self {
        Ok(T::stand_in())
    }
}

fn call<const SLOT: usize, K: Kernel, T: FromWord>(invocation: &Invocation, k: &mut K) -> T {
    let ending = run::<SLOT, K>(invocation, k);
    let returned = ending.as_ref().ok().and_then(|&returned| T::from_c(returned));
    returned.unwrap_or_else(|| {
        end(Ended::Otherwise(invocation.function(), ending));
        T::stand_in()
    })
}

macro_rules! in_c {
    ($($variant:ident = $name:ident($($arg:ident: $ty:ty),*) -> ($($ret:ty)?);)*) => {
        impl<T: Tree, const SLOT: usize> Side for C<T, SLOT> {
            const NAME: &'static str = name(&Self::BUFFER, T::NAME);
            type Tree = T;

            $(
                fn $name<K: Kernel>(k: &mut K, $($arg: $ty),*) $(-> $ret)? {
                    call::<SLOT, K, _>(&Invocation::$variant { $($arg),* }, k)
                }
            )*
        }
    };
}
each_function!(in_c);

/// What is said of a tree's name to call its C.
const IN_C: &str = " in C";

impl<T: Tree, const SLOT: usize> C<T, SLOT> {
    /// Room for the name, and in it the name.
    const BUFFER: [u8; 64] = {
        let (tree, mut buffer, mut at) = (T::NAME.as_bytes(), [0; 64], 0);
        while at < tree.len() + IN_C.len() {
            buffer[at] = if at < tree.len() { tree[at] } else { IN_C.as_bytes()[at - tree.len()] };
            at += 1;
        }
        buffer
    };
}

/// The name in its buffer.
const fn name(buffer: &'static [u8; 64], tree: &str) -> &'static str {
    let (name, _) = buffer.split_at(tree.len() + IN_C.len());
    match std::str::from_utf8(name) {
        Ok(name) => name,
        Err(_) => panic!("two texts are a text"),
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

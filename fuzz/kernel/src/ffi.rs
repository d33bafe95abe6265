// SPDX-License-Identifier: GPL-2.0-only
//! The crossing between Rust and the kernel's C. All of this crate's `unsafe` is here.
//!
//! C is entered at one function, `run_function`, and leaves at two, `ask` and `tell`.
//!
//! Nothing unwinds and nothing jumps across the boundary. A panic of a [`Kernel`] is caught here, kept,
//! and goes on when C is left behind. A BUG ends the kernel's function by a `longjmp` inside the
//! shim, from one of its frames to the frame of `run_function`: the frames between are C's, for a call
//! to Rust has always returned by then. A `Kernel` that runs C itself while it answers begins a run of
//! its own, with a `jmp_buf` of its own, and is back before it answers.

use crate::header::Shape;
use crate::plan::Door;
use libloading::Library;
use mmcore::{Call, CallId, Kernel, Site};
use std::any::Any;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
#[cfg(all(fuzzing, target_os = "linux"))]
use std::sync::atomic::AtomicU8;

/// The first half of `struct run` of the shim, and room for the rest.
#[repr(C)]
struct Run {
    context: *mut c_void,
    ask: Ask,
    tell: Tell,
    budget: u64,
    halt: u32,
    stop: u32,
    site: u32,
    created: u32,
    strange: *const c_char,
    value: u64,
    rest: [u64; 64],
}

type Ask = unsafe extern "C" fn(*mut c_void, *const c_void, u64, u64, u64, u64, u64) -> u64;
type Tell = unsafe extern "C" fn(*mut c_void, *const c_void, u64, u64, u64, u64, u64);
type Function = unsafe extern "C" fn(*const u64) -> u64;
type RunFunction = unsafe extern "C" fn(*mut Run, Function, *const u64);

/// A function of an [`Object`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handle(Function);

/// The flags with which a tree is compiled for a fuzzer to see which blocks of its C were reached. Both
/// gcc and clang have this way.
pub const COUNTED: &[&str] = &["-fsanitize-coverage=trace-pc", "-DCOUNTED"];

/// How many counters there are: more than the object has bytes of code.
#[cfg(all(fuzzing, target_os = "linux"))]
const COUNTERS: usize = 1 << 16;

/// libFuzzer reads what is in the section of this name as counters of its own, besides those of the
/// instrumented Rust, and clears it before each input.
#[cfg(all(fuzzing, target_os = "linux"))]
#[used]
#[unsafe(link_section = "__libfuzzer_extra_counters")]
static EXTRA: [AtomicU8; COUNTERS] = [const { AtomicU8::new(0) }; COUNTERS];

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// The function returned this word.
    Returned(u64),
    /// A BUG.
    Bug(Site),
    /// The function made more calls than it may.
    Budget,
    /// The text did something that the shim has no call for.
    Strange(String),
}

/// What [`ask`] and [`tell`] find behind their context.
struct Context<'k, K: ?Sized> {
    kernel: &'k mut K,
    /// Where each call came from, if that is wanted.
    addresses: Option<&'k mut Vec<usize>>,
    panic: Option<Box<dyn Any + Send>>,
    run: *mut Run,
}

/// A shared object of the kernel's functions.
#[derive(Debug)]
pub struct Object {
    // Dropped last: the functions below are in it.
    doors: BTreeMap<&'static str, (Handle, Shape)>,
    run_function: RunFunction,
    base: usize,
    _library: Library,
}

impl Object {
    /// Loads the object at `path`, with these doors.
    ///
    /// # Errors
    /// If it cannot be loaded, or lacks one of them.
    pub fn load(path: &Path, functions: &[Door]) -> Result<Object, libloading::Error> {
        // SAFETY: the object is what compile.rs made of the shim and the cut text. It has no
        // initialisers, so loading it runs nothing of ours.
        let library = unsafe { Library::new(path) }?;
        let mut doors = BTreeMap::new();
        for Door { function, shape, .. } in functions {
            let symbol = format!("door_{function}\0");
            // SAFETY: every `door_` symbol is written by program.rs with this signature.
            let door = unsafe { library.get::<Function>(symbol.as_bytes()) }?;
            doors.insert(*function, (Handle(*door), *shape));
        }
        // SAFETY: `run_function` and `run_size` are defined in door.c with these signatures.
        let (run_function, run_size) = unsafe {
            let size = library.get::<unsafe extern "C" fn() -> u64>(b"run_size\0")?;
            (*library.get::<RunFunction>(b"run_function\0")?, size())
        };
        #[cfg(all(fuzzing, target_os = "linux"))]
        // SAFETY: `set_counters` is defined in door.c with this signature, if the object is counted.
        // The counters live as long as the program, and are only ever written by C and by libFuzzer,
        // one input after the other.
        unsafe {
            type SetCounters = unsafe extern "C" fn(*mut u8, u64);
            if let Ok(set) = library.get::<SetCounters>(b"set_counters\0") {
                set(EXTRA.as_ptr().cast_mut().cast(), COUNTERS as u64);
            }
        }
        assert!(run_size as usize <= size_of::<Run>(), "struct run has outgrown its room");
        Ok(Object { doors, run_function, base: base(run_function), _library: library })
    }

    /// The function of that name and what it returns, if it can be run.
    pub(crate) fn door(&self, function: &str) -> Option<(Handle, Shape)> {
        self.doors.get(function).copied()
    }

    /// Runs a function of this object with `words` as its arguments, for at most `budget` calls. With `addresses`,
    /// says for each call where in the object it came from.
    ///
    /// # Panics
    /// With what `kernel` panicked with.
    pub(crate) fn run<K: Kernel + ?Sized>(
        &self,
        Handle(door): Handle,
        words: [u64; 4],
        budget: u64,
        kernel: &mut K,
        addresses: Option<&mut Vec<usize>>,
    ) -> End {
        let mut run = Run {
            context: std::ptr::null_mut(),
            ask: ask::<K>,
            tell: tell::<K>,
            budget,
            halt: 0,
            stop: 0,
            site: 0,
            created: 0,
            strange: std::ptr::null(),
            value: 0,
            rest: [0; 64],
        };
        let run: *mut Run = &raw mut run;
        let mut context = Context { kernel, addresses, panic: None, run };
        let context: *mut Context<'_, K> = &raw mut context;
        // SAFETY: `run` and `context` live until the end of this function and are from here on only
        // reached through these two pointers, by this thread; `words` has as many words as a door reads.
        let (run, context) = unsafe {
            (*run).context = context.cast();
            (self.run_function)(run, door, words.as_ptr());
            (&*run, &mut *context)
        };
        let from_base = |address: &mut usize| *address = address.wrapping_sub(self.base);
        context.addresses.iter_mut().for_each(|all| all.iter_mut().for_each(from_base));
        if let Some(panic) = context.panic.take() {
            resume_unwind(panic);
        }
        end(run)
    }
}

fn end(run: &Run) -> End {
    match run.stop {
        0 => End::Returned(run.value),
        1 => End::Bug(Site::ALL[run.site as usize]),
        3 => End::Budget,
        _ => {
            // SAFETY: the shim stops in this way only in `strange`, with a literal of its own.
            let what = unsafe { CStr::from_ptr(run.strange) };
            End::Strange(what.to_string_lossy().into_owned())
        }
    }
}

/// Where the object that `function` is in was loaded.
fn base(function: RunFunction) -> usize {
    let address = function as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mut start = 0;
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let Some((from, to)) = fields.next().and_then(|range| range.split_once('-')) else {
            continue;
        };
        let number = |text| usize::from_str_radix(text, 16).unwrap_or(0);
        // The file's first mapping has offset 0.
        if fields.nth(1).is_some_and(|offset| offset.bytes().all(|b| b == b'0')) {
            start = number(from);
        }
        if (number(from)..number(to)).contains(&address) {
            return start;
        }
    }
    0
}

/// C asks a question, or does something that has an answer.
///
/// # Safety
/// `context` is the `Context<K>` of the run that is going on.
unsafe extern "C" fn ask<K: Kernel + ?Sized>(
    context: *mut c_void,
    from: *const c_void,
    id: u64,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
) -> u64 {
    // SAFETY: the caller's promise; C calls this only inside `run_function`, and nothing else holds a
    // reference to the context meanwhile.
    let context = unsafe { &mut *context.cast::<Context<'_, K>>() };
    if let Some(addresses) = &mut context.addresses {
        addresses.push(from as usize);
    }
    let kernel = AssertUnwindSafe(&mut *context.kernel);
    let answer = catch_unwind(|| {
        let kernel = kernel;
        kernel.0.call(Call::from_words(CallId::ALL[id as usize], [a, b, c, d]))
    });
    answer.unwrap_or_else(|panic| {
        context.panic = Some(panic);
        // SAFETY: `run` is the run that the context belongs to.
        unsafe { (*context.run).halt = 1 };
        0
    })
}

/// C does something that has no answer.
///
/// # Safety
/// As for [`ask`].
unsafe extern "C" fn tell<K: Kernel + ?Sized>(
    context: *mut c_void,
    from: *const c_void,
    id: u64,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
) {
    // SAFETY: the caller's promise is the same.
    unsafe { ask::<K>(context, from, id, a, b, c, d) };
}

// SPDX-License-Identifier: GPL-2.0-only
//! The `conformance` target: a scenario of any path, on the port and on the kernel's own C. The first
//! byte of an input says which path and which revision, the rest is a scenario of that path.

mod stop;

use crate::scenario::{
    CompactionScenario, CreationScenario, ErrorsScenario, FlagsScenario, LifecycleScenario,
    MigrationScenario, Path, Scenario, Target, TruncationScenario,
};
use crate::{Pair, REVISIONS, Sampler, Steps, loaded};
use mmdiff_judge::fuzz::{mutate as mutate_on, splice as splice_on, store};
use mmdiff_kernel::{Compiled, Tree, ffi};
use std::cell::RefCell;
use std::env;
use std::slice;
use std::sync::{Arc, OnceLock};

/// The environment variable by which a machine without a kernel tree may run the target all the same.
const OPTIONAL: &str = "MMDIFF_KERNEL_TREE_OPTIONAL";

/// The revisions that an input can be of: those of a tree that everybody has, `v6.12` and
/// `v6.12-pre-fix`. Inputs name them by their numbers.
const FUZZED: usize = 2;

type Objects = [Arc<Compiled>; FUZZED];

fn compiled() -> Result<Objects, String> {
    let tree = Tree::find(None).map_err(|error| error.to_string())?;
    let compile = |pair: &Pair| {
        let object = Compiled::of(pair.revision, &tree, ffi::COUNTED);
        object.map(Arc::new).map_err(|error| error.to_string())
    };
    Ok([compile(&REVISIONS[0])?, compile(&REVISIONS[1])?])
}

/// The C, if there is a tree. Without one the program ends, unless it may go on.
fn objects() -> Option<&'static Objects> {
    static OBJECTS: OnceLock<Option<Objects>> = OnceLock::new();
    let get = || match compiled() {
        Ok(objects) => Some(objects),
        Err(why) if env::var_os(OPTIONAL).is_some_and(|value| value == "1") => {
            eprintln!("conformance: {why}; nothing is judged, as {OPTIONAL}=1 says");
            None
        }
        Err(why) => {
            eprintln!("conformance: {why}");
            std::process::exit(1);
        }
    };
    OBJECTS.get_or_init(get).as_ref()
}

/// Compiles the C, before the first input.
pub fn begin() {
    objects();
}

/// What an input means: the number of the revision, and the scenario.
pub fn read(bytes: &[u8]) -> (usize, Scenario) {
    let (path, head, scenario) = Target::Conformance.split(bytes);
    let first = usize::from(head.first().copied().unwrap_or(0));
    (first / Path::ALL.len() % FUZZED, Scenario::decode(path, scenario))
}

thread_local! {
    static SAMPLERS: RefCell<Option<[Sampler; 2]>> = const { RefCell::new(None) };
}

/// Runs the scenario that `bytes` mean on both sides.
///
/// # Panics
/// If they are not equal, in functions that are named after what differs. The message is the verdict
/// and the command that shows it.
pub fn run(bytes: &[u8]) {
    let Some(objects) = objects() else { return };
    let (number, scenario) = read(bytes);
    SAMPLERS.with_borrow_mut(|samplers| {
        let samplers =
            samplers.get_or_insert_with(|| [0, 1].map(|i| Sampler::new(REVISIONS[i].sides())));
        let steps = loaded(slice::from_ref(&objects[number]), || samplers[number].run(&scenario));
        if let Steps::Apart(apart, _) = steps {
            stop::at_apart(number, &scenario, &samplers[number].left, &apart);
        }
    });
}

/// Does the same for the path that the first byte says.
macro_rules! on_path_of {
    ($first:expr, $function:ident($($arg:expr),*)) => {
        match Path::ALL[usize::from($first) % Path::ALL.len()] {
            Path::Flags => $function::<FlagsScenario>($($arg),*),
            Path::Creation => $function::<CreationScenario>($($arg),*),
            Path::Errors => $function::<ErrorsScenario>($($arg),*),
            Path::Truncation => $function::<TruncationScenario>($($arg),*),
            Path::Migration => $function::<MigrationScenario>($($arg),*),
            Path::Compaction => $function::<CompactionScenario>($($arg),*),
            Path::Lifecycle => $function::<LifecycleScenario>($($arg),*),
        }
    };
}

/// Mutates an input: seldom its first byte, else its scenario.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytewise: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    if size == 0 || max_size < 2 || seed.is_multiple_of(16) {
        let size = size.max(1).min(max_size);
        if let Some(first) = data.first_mut() {
            *first = (seed >> 4) as u8 % (Path::ALL.len() * FUZZED) as u8;
        }
        return size;
    }
    let (first, rest) = data.split_at_mut(1);
    1 + on_path_of!(first[0], mutate_on(rest, size - 1, max_size - 1, seed / 16, bytewise))
}

/// Puts the splice of two inputs into `out`, and returns its size. Scenarios of different paths are
/// not spliced.
pub fn splice(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let paths = Path::ALL.len() as u8;
    match (first.split_first(), second.split_first(), out.split_first_mut()) {
        (Some((&a, first)), Some((&b, second)), Some((head, out))) if a % paths == b % paths => {
            *head = a;
            1 + on_path_of!(a, splice_on(first, second, out, seed))
        }
        _ => store(first, out),
    }
}

// SPDX-License-Identifier: GPL-2.0-only
//! A ported function and its arguments, to be run by any side.

use crate::Returned;
use mmcore::{
    Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Page, Side, Word,
    each_function,
};

macro_rules! invocations {
    ($($variant:ident = $name:ident($($arg:ident: $ty:ty),*) -> ($($ret:ty)?);)*) => {
        /// A ported function and its arguments.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs, reason = "a variant is the function that it is named after")]
        pub enum Invocation {
            $($variant { $($arg: $ty),* },)*
        }

        impl Invocation {
            /// Which function is called.
            pub const fn function(&self) -> Function {
                match self { $(Invocation::$variant { .. } => Function::$variant,)* }
            }

            /// The arguments, as words.
            pub fn words(&self) -> [u64; 4] {
                let mut words = [0; 4];
                match *self {
                    $(Invocation::$variant { $($arg),* } => {
                        let given: &[u64] = &[$(Word::to_word($arg)),*];
                        words[..given.len()].copy_from_slice(given);
                    })*
                }
                words
            }

            /// The call of `function` whose arguments are `words`: the inverse of [`words`](Self::words).
            pub fn from_words(function: Function, words: [u64; 4]) -> Invocation {
                let mut words = words.into_iter();
                let mut _next = || words.next().unwrap_or(0);
                match function {
                    $(Function::$variant => {
                        Invocation::$variant { $($arg: Word::from_word(_next())),* }
                    })*
                }
            }

            /// Runs the function on the side `S`.
            pub fn run<S: Side, K: Kernel>(&self, kernel: &mut K) -> Returned {
                match *self {
                    $(Invocation::$variant { $($arg),* } => S::$name(kernel, $($arg),*).into(),)*
                }
            }
        }
    };
}
each_function!(invocations);

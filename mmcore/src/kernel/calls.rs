// SPDX-License-Identifier: GPL-2.0-only
//! What is made of the rows of the table: the calls, their identifiers, and the methods of
//! [`Kernel`](super::Kernel).

use super::value::Arg;
use super::{Call, Folio, Kind, Mapping, Page};
use core::fmt;

macro_rules! kinds {
    (read) => {
        Kind::Read
    };
    (ask) => {
        Kind::Ask
    };
    (effect) => {
        Kind::Effect
    };
    (mark) => {
        Kind::Mark
    };
}

macro_rules! doors {
    (c) => {
        Door::Spelled
    };
    (shim) => {
        Door::Shim
    };
    (own) => {
        Door::Own
    };
}

macro_rules! helper_doc {
    ($name:ident, $thought:literal) => {
        concat!("`", stringify!($name), "`: ", $thought)
    };
    ($name:ident $spelling:literal, $thought:literal) => {
        concat!("`", $spelling, "`: ", $thought)
    };
}

macro_rules! derived_fn {
    ($name:ident() ($($ret:ty)?), $thought:literal) => {};
    ($name:ident($($source:ident: $ty:ty),*) ($ret:ty) $formula:expr, $thought:literal) => {
        #[doc = concat!("`", stringify!($name), "`: ", $thought)]
        #[inline(always)]
        pub const fn $name($($source: $ty),*) -> $ret {
            $formula
        }
    };
}

macro_rules! answer_type {
    () => {
        ()
    };
    ($ty:ty) => {
        $ty
    };
}

macro_rules! calls {
    ($(
        $(#[$doc:meta])*
        $kind:ident $variant:ident = $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? {
            $($door:ident: $spelling:literal,)? $thought:literal $(, $key:ident: $value:expr)*
            $(; from ($($source:ident: $source_ty:ty),*) $formula:expr)?
        }
    )*) => {
        /// One call through the door. The fields are the arguments of the kernel's helper.
        #[derive(Clone, Copy, Eq, Hash, Debug)]
        #[allow(missing_docs, reason = "a field is the argument of the helper that it is named after")]
        #[allow(clippy::derived_hash_with_manual_eq, reason = "equal in every part, as derived")]
        pub enum Call {
            $(
                #[doc = helper_doc!($name $($spelling)?, $thought)]
                $(#[$doc])*
                $variant { $($arg: $ty),* },
            )*
        }

        /// Which helper a [`Call`] is to, without its arguments.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum CallId {
            $(#[doc = helper_doc!($name $($spelling)?, $thought)] $variant,)*
        }

        impl CallId {
            /// Every helper, in the order of the table.
            pub const ALL: &'static [CallId] = &[$(CallId::$variant),*];

            /// The helper's name in the kernel.
            pub const fn name(self) -> &'static str {
                match self { $(CallId::$variant => stringify!($name),)* }
            }

            /// What the call is to C.
            #[inline(always)]
            pub const fn kind(self) -> Kind {
                match self { $(CallId::$variant => kinds!($kind),)* }
            }

            /// The name and the Rust type of each argument, in C's order.
            pub const fn arguments(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(CallId::$variant => &[$((stringify!($arg), stringify!($ty))),*],)*
                }
            }

            /// The Rust type of the answer; `()` if there is none.
            pub const fn answer(self) -> &'static str {
                match self { $(CallId::$variant => stringify!(($($ret)?)),)* }
            }

            /// What the table says of the helper beyond its signature.
            #[inline(always)]
            pub const fn row(self) -> &'static Row {
                match self {
                    $(CallId::$variant => const { &Row {
                        thought: $thought,
                        spelling: concat!($($spelling)?),
                        $(door: doors!($door),)?
                        $($key: $value,)*
                        $(derived: Some(Derived {
                            from: &[$(stringify!($source)),*],
                            formula: stringify!($formula),
                        }),)?
                        ..Row::implied(kinds!($kind), <answer_type!($($ret)?) as Word>::DOMAIN)
                    } },)*
                }
            }

            /// The helper of that name.
            pub fn named(name: &str) -> Option<CallId> {
                CallId::ALL.iter().copied().find(|id| id.name() == name)
            }
        }

        impl PartialEq for Call {
            // As derived, but inlined: where the call is known, so is most of the answer.
            #[inline(always)]
            fn eq(&self, other: &Call) -> bool {
                match self {
                    $(Call::$variant { $($arg),* } => {
                        let mine = ($($arg,)*);
                        match other {
                            Call::$variant { $($arg),* } => mine == ($($arg,)*),
                            _ => false,
                        }
                    })*
                }
            }
        }

        impl Call {
            /// Which helper this is a call to.
            #[inline(always)]
            pub const fn id(&self) -> CallId {
                match self { $(Call::$variant { .. } => CallId::$variant,)* }
            }

            /// The call to `id` whose arguments are `words`, each [`Word`]-encoded.
            #[inline]
            pub fn from_words(id: CallId, words: [u64; 4]) -> Call {
                let mut words = words.into_iter();
                let mut _next = || words.next().unwrap_or(0);
                match id {
                    $(CallId::$variant => Call::$variant { $($arg: Word::from_word(_next())),* },)*
                }
            }

            /// The arguments, each [`Word`]-encoded: the inverse of [`from_words`](Call::from_words).
            #[inline]
            pub fn words(&self) -> [u64; 4] {
                let mut words = [0; 4];
                match *self {
                    $(Call::$variant { $($arg),* } => {
                        let given: &[u64] = &[$(Word::to_word($arg)),*];
                        words[..given.len()].copy_from_slice(given);
                    })*
                }
                words
            }

            /// Calls `see` with each argument's name and value, in C's order.
            pub fn each_arg(&self, see: &mut dyn FnMut(&'static str, &dyn Arg)) {
                match self {
                    $(Call::$variant { $($arg),* } => { $(see(stringify!($arg), $arg);)* })*
                }
                let _ = see;
            }

            /// Writes an answer to this call as a person would read it.
            ///
            /// # Errors
            /// Those of the formatter.
            pub fn show_answer(&self, answer: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Call::$variant { .. } =>
                        <answer_type!($($ret)?) as Word>::from_word(answer).show(f),)*
                }
            }
        }

        /// What an answer is that follows from others: a function of them for each such helper,
        /// of the helper's name.
        pub mod derived {
            use crate::{PAGE_SHIFT, PAGE_SIZE};

            $(derived_fn!($name($($($source: $source_ty),*)?) ($($ret)?) $($formula)?, $thought);)*
        }

        macro_rules! kernel_methods {
            () => {
                $(
                    #[doc = helper_doc!($name $($spelling)?, $thought)]
                    $(#[$doc])*
                    #[inline]
                    fn $name(&mut self, $($arg: $ty),*) $(-> $ret)? {
                        Word::from_word(self.call(Call::$variant { $($arg),* }))
                    }
                )*
            };
        }
        pub(super) use kernel_methods;

        /// Calls the macro that it is given with `Variant = name(arg: Type, ...) -> (Type);` of every
        /// helper, in the order of [`CallId::ALL`]; `-> ()` is a helper that answers nothing.
        #[macro_export]
        macro_rules! each_call {
            ($with:ident) => {
                $with! { $($variant = $name($($arg: $ty),*) -> ($($ret)?);)* }
            };
        }

        /// In an `impl Kernel`: its methods once more, so that each is compiled there, and once. For
        /// whoever has a large [`call`](crate::Kernel::call) that a known call makes small; provided
        /// methods are compiled again in every crate that asks.
        #[macro_export]
        macro_rules! compiled_here {
            () => {
                $(
                    fn $name(&mut self, $($arg: $ty),*) $(-> $ret)? {
                        $crate::Word::from_word(self.call($crate::Call::$variant { $($arg),* }))
                    }
                )*
            };
        }
    };
}

/// Defines a macro of the name that comes first: the pattern of a call to any of these helpers. If one
/// of them has an answer, it does not compile. For what answers calls that it takes no notice of.
#[macro_export]
macro_rules! without_answer {
    ($name:ident: $($call:ident),* $(,)?) => {
        macro_rules! $name {
            () => {
                $($crate::Call::$call { .. })|*
            };
        }
        const _: () = {
            $(assert!(
                matches!($crate::CallId::$call.row().answer, $crate::Domain::Nothing),
                concat!(stringify!($call), " has an answer")
            );)*
        };
    };
}

impl Call {
    /// What the call is to C.
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        self.id().kind()
    }

    /// The first folio among the arguments: the one that the call is about.
    pub fn folio(&self) -> Option<Folio> {
        self.first(|arg| arg.folio())
    }

    /// The page that the call is about.
    pub fn page(&self) -> Option<Page> {
        self.first(|arg| arg.page())
    }

    /// The mapping that the call is about.
    pub fn mapping(&self) -> Option<Mapping> {
        self.first(|arg| arg.mapping())
    }

    fn first<T: Copy>(&self, pick: impl Fn(&dyn Arg) -> Option<T>) -> Option<T> {
        let mut found = None;
        self.each_arg(&mut |_, arg| found = found.or_else(|| pick(arg)));
        found
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.id().name())?;
        let mut result = Ok(());
        let mut comma = "";
        self.each_arg(&mut |_, arg| {
            if result.is_ok() {
                result = f.write_str(comma).and_then(|()| arg.show(f));
            }
            comma = ", ";
        });
        result?;
        f.write_str(")")
    }
}

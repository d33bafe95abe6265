// SPDX-License-Identifier: GPL-2.0-only
//! Who is called: what a call of a function is to those that are compared. See [`Call`].

use mmdiff_c::{Callee, Function, Op, Operand, Place, Sort, Temp, Type, Unit, VarId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// What a call of a function is.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// Its body runs as if it stood there: one side alone has it, or calls it, or it computes without
    /// asking anything.
    CutIn(Rc<Function>),
    /// A question: it changes nothing.
    Asks,
    /// It may do anything. Both sides' are the same function, which is judged for itself.
    Does,
}

/// Functions without a body here that change nothing, by how their names begin.
const ASK: &[&str] = &[
    "folio_test_",
    "test_bit",
    "static_key",
    "per_cpu",
    "page_folio",
    "__builtin_",
    "PageHuge",
    "PageLRU",
    "PageLocked",
    "PageCompound",
    "PageTransHuge",
    "page_count",
    "page_mapcount",
    "folio_mapcount",
    "folio_ref_count",
    "folio_nr_pages",
    "folio_order",
    "folio_size",
    "folio_mapped",
    "folio_mapping",
    "folio_lruvec",
    "mapping_",
    "shmem_mapping",
    "pfn_to_page",
    "page_to_pfn",
    "__pfn_to_page",
    "__page_to_pfn",
    "page_zone",
    "folio_zone",
    "zone_page_state",
    "node_page_state",
    "xa_is_",
    "xa_to_value",
    "radix_to_swp_entry",
    "i_size_read",
    "i_blocksize",
    "inode_to_bdi",
    "is_shmem",
    "signal_pending",
    "fatal_signal_pending",
    "time_after",
    "time_before",
    "ilog2",
    "fls",
    "ffs",
    "hweight",
    "list_empty",
    "pageblock_",
    "pfn_valid",
    "get_pageblock_",
    "in_interrupt",
    "irqs_disabled",
    "bit_spin_is_locked",
    "spin_is_locked",
    "bdev_is",
    "PTR_ERR",
    "IS_ERR",
    "ERR_PTR",
    "ERR_CAST",
    "compound_order",
    "compound_head",
    "_compound_head",
];

/// Functions that change something, although their names begin like those that ask.
const DO: &[&str] = &[
    "folio_test_set_",
    "folio_test_clear_",
    "mapping_set_",
    "mapping_clear_",
    "mapping_unmap",
    "mapping_map",
    "zone_page_state_add",
    "node_page_state_add",
    "mapping_allow",
    "mapping_deny",
    "test_bit_and",
    "mapping_try",
    "mapping_evict",
    "folio_mapping_dirty",
];

/// The two files with what they include, and what calls in them are.
pub(crate) struct Policy<'u, 't> {
    pub(crate) units: [&'u mut Unit<'t>; 2],
    /// Functions that change nothing, as the user says.
    pub(crate) pure: BTreeSet<String>,
    /// Names whose calls are cut in wherever there is a body.
    pub(crate) opened: BTreeSet<Arc<str>>,
    /// The function that is judged.
    judged: String,
    asks: FxHashMap<(usize, Arc<str>), bool>,
    computes: FxHashMap<(usize, Arc<str>), bool>,
    calls: FxHashMap<(usize, Arc<str>), Call>,
    same_text: FxHashMap<Arc<str>, bool>,
}

impl<'u, 't> Policy<'u, 't> {
    pub(crate) fn new(units: [&'u mut Unit<'t>; 2]) -> Policy<'u, 't> {
        Policy {
            units,
            pure: BTreeSet::new(),
            opened: BTreeSet::new(),
            judged: String::new(),
            asks: FxHashMap::default(),
            computes: FxHashMap::default(),
            calls: FxHashMap::default(),
            same_text: FxHashMap::default(),
        }
    }

    /// Opens what one side's function calls and the other's does not, and again what that comes to.
    pub(crate) fn open_for(&mut self, function: &str) {
        self.judged = function.to_owned();
        self.opened.clear();
        self.calls.clear();
        for _ in 0..4 {
            let mut called = [BTreeSet::new(), BTreeSet::new()];
            for (side, called) in called.iter_mut().enumerate() {
                self.called(side, function, called, 0);
            }
            let [old, new] = called;
            let one_side: BTreeSet<Arc<str>> = old.symmetric_difference(&new).cloned().collect();
            let before = self.opened.len();
            self.opened.extend(one_side);
            if self.opened.len() == before {
                break;
            }
        }
        self.calls.clear();
    }

    /// The functions that a function calls, through those that are cut in.
    fn called(&mut self, side: usize, function: &str, into: &mut BTreeSet<Arc<str>>, deep: usize) {
        let Some(Ok(function)) = self.units[side].function(function) else { return };
        for name in named_calls(&function) {
            let is_cut_in = deep < 6 && matches!(self.call(side, &name), Call::CutIn(_));
            if is_cut_in {
                if !into.contains(&name) {
                    self.called(side, &name, into, deep + 1);
                }
            } else {
                into.insert(name);
            }
        }
    }

    /// How often a name is called in the function that is judged.
    pub(crate) fn sites(&mut self, side: usize, name: &str) -> usize {
        let judged = self.judged.clone();
        let Some(Ok(function)) = self.units[side].function(&judged) else { return 0 };
        let ops = function.blocks.iter().flat_map(|block| &block.ops);
        ops.filter(|(op, _)| matches!(op, Op::Call { callee: Callee::Named(called), .. } if **called == *name)).count()
    }

    /// What a call of a name is on a side.
    pub(crate) fn call(&mut self, side: usize, name: &Arc<str>) -> Call {
        if let Some(known) = self.calls.get(&(side, name.clone())) {
            return known.clone();
        }
        let call = self.decide(side, name);
        self.calls.insert((side, name.clone()), call.clone());
        call
    }

    /// What a function does, if that can be read.
    pub(crate) fn body(&mut self, side: usize, name: &str) -> Option<Rc<Function>> {
        self.units[side].function(name)?.ok()
    }

    fn decide(&mut self, side: usize, name: &Arc<str>) -> Call {
        let body = self.body(side, name);
        let asks = self.asks(side, name);
        if of_order(name).is_some() && !self.says_otherwise(name) {
            return Call::Asks;
        }
        let Some(function) = body else { return if asks { Call::Asks } else { Call::Does } };
        let other = &self.units[1 - side];
        let is_on_both = other.has(Sort::Function, name) || other.has(Sort::Prototype, name);
        let is_opened = self.opened.contains(name) || !is_on_both || self.has_other_head(name);
        match () {
            () if is_opened || self.computes(side, name) || (asks && is_straight(&function)) => {
                Call::CutIn(function)
            }
            () if asks => Call::Asks,
            () => Call::Does,
        }
    }

    /// Whether both sides have a definition, and another.
    fn says_otherwise(&self, name: &str) -> bool {
        let says = [0, 1].map(|side| self.units[side].says(name));
        matches!(&says, [Some(old), Some(new)] if old != new)
    }

    /// Whether all that a name comes to, through macros and the functions that are called, is the same text.
    pub(crate) fn is_same_text(&mut self, name: &str) -> bool {
        if let Some(known) = self.same_text.get(name) {
            return *known;
        }
        let is_same = self.is_same_through(name, |_, _| true);
        self.same_text.insert(name.into(), is_same);
        is_same
    }

    /// The same, without what functions come to that both sides have: these are judged for themselves.
    pub(crate) fn is_same_for_itself(&mut self, name: &str) -> bool {
        let is_cut_in = |policy: &mut Self, word: &Arc<str>| {
            let is_function = [0, 1].map(|side| policy.units[side].has(Sort::Function, word));
            is_function != [true, true] || policy.has_other_head(word)
        };
        self.is_same_through(name, is_cut_in)
    }

    /// Whether both sides' functions are lowered to the same: to the same widths and conversions too.
    pub(crate) fn is_same_flow(&mut self, name: &str) -> bool {
        let functions = [0, 1].map(|side| self.units[side].function(name));
        match functions {
            [Some(Ok(old)), Some(Ok(new))] => old.does_the_same(&new),
            // What cannot be read on one of the sides is not the same on both.
            _ => false,
        }
    }

    fn is_same_through(
        &mut self,
        name: &str,
        is_within: impl Fn(&mut Self, &Arc<str>) -> bool,
    ) -> bool {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut todo: Vec<Arc<str>> = vec![name.into()];
        while let Some(word) = todo.pop() {
            if !seen.insert(word.clone()) || (&*word != name && !is_within(self, &word)) {
                continue;
            }
            let says = [0, 1].map(|side| self.units[side].says(&word));
            if says[0] != says[1] {
                return false;
            }
            if says[0].is_some() {
                todo.extend(self.units[0].words_of(&word));
            }
        }
        true
    }

    /// Whether the sides' functions of a name take or return something else. A number of the same width is the
    /// same for who gives it, whatever sign it has for who takes it; what is returned is widened by its sign.
    fn has_other_head(&mut self, name: &Arc<str>) -> bool {
        if !self.says_otherwise(name) {
            return false;
        }
        let plain = |kind: &Type| match kind {
            Type::Int { bits, .. } => Type::Int { bits: *bits, signed: false },
            other => other.clone(),
        };
        let heads = [0, 1].map(|side| match self.units[side].function(name) {
            Some(Ok(function)) => {
                let params = function.vars[..function.params].iter();
                let params: Vec<_> = params.map(|var| plain(&var.kind)).collect();
                Some((function.returns.clone(), params))
            }
            _ => None,
        });
        matches!(&heads, [Some(old), Some(new)] if old != new)
    }

    /// Whether a function changes nothing.
    pub(crate) fn asks(&mut self, side: usize, name: &Arc<str>) -> bool {
        let key = (side, name.clone());
        if let Some(known) = self.asks.get(&key) {
            return *known;
        }
        if self.pure.contains(&**name) {
            return true;
        }
        let begins = |with: &[&str]| with.iter().any(|begin| name.starts_with(begin));
        if begins(DO) {
            return false;
        }
        // Until more is known; so it ends where functions call each other.
        self.asks.insert(key.clone(), false);
        let asks = match self.units[side].function(name) {
            Some(Ok(function)) => self.only_asks(side, &function),
            _ => begins(ASK),
        };
        self.asks.insert(key, asks);
        asks
    }

    fn only_asks(&mut self, side: usize, function: &Function) -> bool {
        let changes = |place: &Place| !matches!(place.base, Operand::Local(_));
        for (op, _) in function.blocks.iter().flat_map(|block| &block.ops) {
            let changes = match op {
                Op::Store { place, racy, .. } => *racy || changes(place),
                Op::Zero { place } | Op::Copy { place, .. } => changes(place),
                Op::Call { callee: Callee::Named(name), .. } => !self.asks(side, name),
                Op::Call { callee: Callee::Pointer(..), .. } => true,
                _ => false,
            };
            if changes {
                return false;
            }
        }
        true
    }

    /// The variables of a function whose addresses it may give to somebody who keeps them: all that are used in
    /// another way than for a call of who gives nothing to anybody.
    pub(crate) fn gives_away(&mut self, side: usize, function: &Function) -> BTreeSet<VarId> {
        let mut given = BTreeSet::new();
        for op in function.ops() {
            let keeps = match op {
                Op::Call { callee: Callee::Named(name), .. } => self.keeps(side, name),
                _ => true,
            };
            given.extend(op.points_at().filter(|_| keeps));
        }
        given
    }

    /// Whether a function that is called may keep what it is given, give it to others or return it.
    fn keeps(&mut self, side: usize, name: &Arc<str>) -> bool {
        let function = match self.call(side, name) {
            // What it answers may be what it was given.
            Call::Asks => return self.units[side].returns_pointer(name),
            Call::Does => return true,
            Call::CutIn(function) => function,
        };
        // The variables and the numbers that may be such a pointer.
        let params = (0..function.params as u32).map(VarId);
        let is_pointer = |var: &VarId| function.vars[var.0 as usize].kind.bits() == 64;
        let mut vars: BTreeSet<VarId> = params.filter(is_pointer).collect();
        let mut temps: BTreeSet<Temp> = BTreeSet::new();
        loop {
            let before = (vars.len(), temps.len());
            for op in function.ops() {
                let from = op.operands().any(|operand| match operand {
                    Operand::Temp(temp) => temps.contains(temp),
                    Operand::Local(var) => vars.contains(var),
                    _ => false,
                });
                match op {
                    // What a pointer points at is not that pointer.
                    Op::Load { place, .. } if !matches!(place.base, Operand::Local(_)) => {}
                    Op::Call { callee: Callee::Named(inner), .. }
                        if from && (inner == name || self.keeps(side, inner)) =>
                    {
                        return true;
                    }
                    Op::Call { callee: Callee::Pointer(..), .. } if from => return true,
                    Op::Store { place, value, .. } | Op::Copy { place, from: value } => {
                        let is_one = matches!(value, Operand::Temp(temp) if temps.contains(temp));
                        match (&place.base, is_one) {
                            (Operand::Local(var), true) => drop(vars.insert(*var)),
                            (_, true) => return true,
                            _ => {}
                        }
                    }
                    _ if from => temps.extend(op.makes()),
                    _ => {}
                }
            }
            if before == (vars.len(), temps.len()) {
                break;
            }
        }
        function.blocks.iter().any(|block| match &block.end.0 {
            mmdiff_c::End::Return(Some(Operand::Temp(temp))) => temps.contains(temp),
            _ => false,
        })
    }

    /// Whether a function does nothing but compute: few steps, without a question.
    fn computes(&mut self, side: usize, name: &Arc<str>) -> bool {
        let key = (side, name.clone());
        if let Some(known) = self.computes.get(&key) {
            return *known;
        }
        self.computes.insert(key.clone(), false);
        let Some(Ok(function)) = self.units[side].function(name) else { return false };
        let mut computes =
            function.blocks.len() <= 8 && !function.blocks.iter().any(|block| block.is_head);
        for (op, _) in function.blocks.iter().flat_map(|block| &block.ops) {
            computes = computes
                && match op {
                    Op::Load { place, .. } | Op::Snapshot { place, .. } => {
                        matches!(place.base, Operand::Local(_))
                    }
                    Op::Store { place, .. } => matches!(place.base, Operand::Local(_)),
                    Op::Zero { .. } | Op::Copy { .. } => false,
                    Op::Call { callee: Callee::Named(name), .. } => self.computes(side, name),
                    Op::Call { .. } => false,
                    _ => true,
                };
        }
        self.computes.insert(key, computes);
        computes
    }
}

/// Whether a function goes one way: what it asks is seen in what it returns.
fn is_straight(function: &Function) -> bool {
    !function.blocks.iter().any(|block| matches!(block.end.0, mmdiff_c::End::Branch(..)))
}

/// The names that a function calls.
pub(crate) fn named_calls(function: &Function) -> BTreeSet<Arc<str>> {
    let ops = function.blocks.iter().flat_map(|block| &block.ops);
    ops.filter_map(|(op, _)| match op {
        Op::Call { callee: Callee::Named(name), .. } => Some(name.clone()),
        _ => None,
    })
    .collect()
}

/// How long an answer lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lasts {
    /// Until anything is done.
    UntilNext,
    /// Until what it is of is given to a function; but for those whose names have one of these words.
    UntilGiven(&'static [&'static str]),
    /// Always, as long as there is what it is of.
    Always,
}

/// What leaves a folio's size and place as they are, where who asks for them holds its lock or a reference.
const KEPT: &[&str] = &[
    "wait_writeback",
    "wait_stable",
    "zero_",
    "dirty",
    "flush_dcache",
    "clear_highpage",
    "copy_highpage",
    "folio_invalidate",
    "referenced",
    "accessed",
    "set_bit",
    "clear_bit",
    "try_to_unmap",
    "unmap_mapping_folio",
];

/// Questions whose answers last; all others until the kernel is next called.
const LASTING: &[(&str, Lasts)] = &[
    ("folio_order", Lasts::UntilGiven(KEPT)),
    ("folio_test_hugetlb", Lasts::UntilGiven(KEPT)),
    ("folio_page_idx", Lasts::UntilGiven(KEPT)),
    ("folio.index", Lasts::UntilGiven(KEPT)),
    ("page.index", Lasts::UntilGiven(KEPT)),
    // What an object belongs to.
    ("address_space.host", Lasts::Always),
    ("address_space.a_ops", Lasts::Always),
    ("inode.i_mapping", Lasts::Always),
    ("inode.i_sb", Lasts::Always),
    ("inode.i_op", Lasts::Always),
    ("inode.i_blkbits", Lasts::Always),
    ("file.f_mapping", Lasts::Always),
    ("file.f_inode", Lasts::Always),
    ("zone.zone_pgdat", Lasts::Always),
    ("page_to_pfn", Lasts::Always),
    ("__page_to_pfn", Lasts::Always),
    ("pfn_to_page", Lasts::Always),
    ("__pfn_to_page", Lasts::Always),
    ("page_zone", Lasts::Always),
    ("folio_zone", Lasts::Always),
    ("mapping_min_folio_order", Lasts::Always),
    ("mapping_max_folio_order", Lasts::Always),
];

/// Structures that belong to the caller: nobody changes them who is not given them.
const CALLERS: &[&str] = &[
    "compact_control",
    "folio_batch",
    "scan_control",
    "alloc_context",
    "migration_target_control",
    "vm_fault",
    "writeback_control",
    "kiocb",
    "iov_iter",
    "readahead_control",
    "capture_control",
    "isolate_params",
    "migrate_pages_stats",
];

/// How long the answer to a question lasts: a function, or a member of a structure.
pub(crate) fn lasts(of: &str, asked: &str) -> Lasts {
    if CALLERS.contains(&of) {
        return Lasts::UntilGiven(&[]);
    }
    let key = if of.is_empty() { asked.to_owned() } else { format!("{of}{asked}") };
    LASTING
        .iter()
        .find(|(question, _)| *question == key)
        .map_or(Lasts::UntilNext, |(_, lasts)| *lasts)
}

/// Calls that a reader of the kernel's log or of a trace sees, and nobody else.
pub(crate) fn is_silent(name: &str) -> bool {
    name == "printk"
        || name.starts_with("trace_")
        || name.starts_with("count_vm_")
        || name.starts_with("__count_vm_")
}

/// What derives from a folio's order: [known](crate) facts that the kernel's own text spreads over members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OfOrder {
    /// The order itself.
    Order,
    /// Bytes.
    Size,
    /// Pages.
    Pages,
    /// The logarithm of the bytes.
    Shift,
    /// Whether there is more than one page.
    Large,
}

/// The functions that say something of a folio's order.
pub(crate) fn of_order(name: &str) -> Option<OfOrder> {
    Some(match name {
        "folio_order" => OfOrder::Order,
        "folio_size" => OfOrder::Size,
        "folio_nr_pages" => OfOrder::Pages,
        "folio_shift" => OfOrder::Shift,
        "folio_test_large" => OfOrder::Large,
        _ => return None,
    })
}

/// The largest order of a folio: that of a huge page of a gigabyte.
pub(crate) const LARGEST: u64 = 18;

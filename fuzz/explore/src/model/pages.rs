// SPDX-License-Identifier: GPL-2.0-only
//! Pages, asked about without a reference: nothing about them is stable. And the counters of the
//! node, which are not either.

use super::{FACTS, May, Model, PAGE};
use crate::var::{Var, What};
use mmcore::{CallId, Folio, NodeStat, Page, Word};

/// The orders of folios and compound pages: single; around the orders that are asked for, around
/// pageblock order, at the greatest, and (without a reference only) above it.
pub(super) const ORDERS: [u32; 8] = [0, 1, 2, 3, 8, 9, 10, 11];
/// How many of them a folio can have that we hold a reference to: up to the greatest of the LRU.
pub(super) const REFERENCED: u8 = 6;
/// What `buddy_order_unsafe` may say: any number, for the page can be allocated meanwhile.
const BUDDY_ORDERS: [u64; 6] = [0, 1, 2, 10, 11, 1 << 40];

impl Model<'_> {
    /// The page is the one that is looked at now.
    #[inline(always)]
    fn look_at(&mut self, page: Page) -> u8 {
        if page.0 != self.page {
            self.turn_to(page);
        }
        self.place(page)
    }

    /// The place of a page in the range.
    #[inline(always)]
    fn place(&self, page: Page) -> u8 {
        page.0.wrapping_sub(self.controls.start) as u8
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page.0;
        self.facts[PAGE] = [0; FACTS];
        let folio = self.page_folio(page);
        self.begin_folio(folio);
    }

    /// What a row says all of, about a page.
    #[inline(always)]
    pub(super) fn open_of_page(&mut self, call: CallId, page: Page) -> u64 {
        let about = self.look_at(page);
        self.open_about(call, PAGE, about, 0)
    }

    /// The place in a list of what may be any of it.
    #[inline(always)]
    fn any_of(&mut self, page: Page, what: What, of: usize) -> usize {
        let about = self.look_at(page);
        let of = self.bounds.orders.of(of as u8);
        usize::from(self.fact(PAGE, what, about, of, May::Change))
    }

    #[inline(always)]
    pub(super) fn compound_order(&mut self, page: Page) -> u32 {
        ORDERS[self.any_of(page, What::Order, ORDERS.len())]
    }

    pub(super) fn buddy_order(&mut self, page: Page) -> u64 {
        BUDDY_ORDERS[self.any_of(page, What::BuddyOrderUnsafe, BUDDY_ORDERS.len())]
    }

    /// The folio of a page: named after its place in the range.
    #[inline(always)]
    pub(super) fn page_folio(&mut self, page: Page) -> Folio {
        Folio(self.place(page).into())
    }

    /// A reference, if the page still is the head of a folio that is not being freed.
    #[inline(always)]
    pub(super) fn get_page(&mut self, page: Page) -> u64 {
        let about = self.look_at(page);
        let got = self.choose(Var { what: What::FolioGetNontailPage, about }, 2) == 1;
        let folio = got.then(|| {
            let folio = self.page_folio(page);
            self.begin_folio(folio);
            folio
        });
        folio.to_word()
    }

    /// A node counter. What is isolated is half of what is on the lists (an eighth of that for who
    /// may use the filesystem), one above, or nothing; after some tries nothing.
    pub(super) fn node_state(&mut self, item: NodeStat) -> u64 {
        const PAGES: u64 = 8;
        let about = item as u8;
        let enough = self.rounds > self.bounds.tries;
        match item {
            NodeStat::IsolatedFile | NodeStat::IsolatedAnon if enough => 0,
            // Nothing of a round lasts: from the second on, too much or not is all that matters.
            NodeStat::IsolatedFile if self.rounds > 1 => self.node_pick(about, &[0, 1]),
            _ if self.rounds > 1 && item != NodeStat::InactiveFile => 0,
            NodeStat::IsolatedAnon => self.node_pick(about, &[0, 1]),
            NodeStat::IsolatedFile => {
                let [inactive, active] = self.node.lru;
                let half = (inactive + active) / 2;
                let eighth = ((inactive >> 3) + (active >> 3)) / 2;
                self.node_pick(about, &[eighth, eighth + 1, half, half + 1])
            }
            NodeStat::InactiveFile => {
                self.rounds += 1;
                if self.rounds > 1 {
                    return 0;
                }
                self.node.lru = [self.node_pick(about, &[0, PAGES]), 0];
                self.node.lru[0]
            }
            NodeStat::InactiveAnon => {
                let pages = self.node_pick(about, &[0, PAGES]);
                self.node.lru[0] += pages;
                pages
            }
            NodeStat::ActiveFile | NodeStat::ActiveAnon => {
                let pages = self.node_pick(about, &[0, PAGES]);
                self.node.lru[1] += pages;
                pages
            }
        }
    }

    fn node_pick(&mut self, about: u8, values: &[u64]) -> u64 {
        let var = Var { what: What::NodePageState, about };
        values[usize::from(self.choose(var, values.len() as u8))]
    }
}

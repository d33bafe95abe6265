// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `creation` path: a new guest_memfd.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let mut creation = |name: &str, edit: &dyn Fn(&mut CreationScenario)| {
        let mut scenario = CreationScenario::default();
        edit(&mut scenario);
        add(name, Scenario::Creation(scenario));
    };
    creation("new_guest_memfd_loses_enospc", &|_| {});
    creation("no_descriptor_left", &|s| s.no_fd = true);
    creation("no_memory_puts_the_descriptor_back", &|s| s.no_memory = true);
    creation("no_file_frees_everything", &|s| s.no_file = true);
    creation("foreign_mapping_warns", &|s| s.foreign_mapping = true);
    creation("check_errors_reports_an_enospc_that_nothing_caused", &|s| {
        s.steps = List::new([GmemStep::CheckErrors, GmemStep::CheckErrors]);
    });
    creation("fault_then_punch_a_hole_in_a_large_folio", &|s| {
        s.pages = Below::new(7);
        let fault = GmemStep::Fault { page: Below::new(0), order: Order::new(2) };
        let punch = GmemStep::PunchHole { page: Below::new(1), pages: Below::new(0) };
        s.steps = List::new([fault, punch, GmemStep::ErrorFolio, GmemStep::MigrateFolio]);
    });
}

/// Every sort of step, with a name.
fn steps() -> [(&'static str, GmemStep); 10] {
    let page = Below::new;
    let fault = |order| GmemStep::Fault { page: page(0), order: Order::new(order) };
    let punch = |first, pages| GmemStep::PunchHole { page: page(first), pages: page(pages) };
    [
        ("check_errors", GmemStep::CheckErrors),
        ("check_and_keep_errors", GmemStep::CheckAndKeepErrors),
        ("fault_a_page", fault(0)),
        ("fault_a_large_folio", fault(3)),
        ("punch_one_page", punch(0, 0)),
        ("punch_a_middle_page", punch(3, 0)),
        ("punch_all", punch(0, 7)),
        ("memory_failure", GmemStep::ErrorFolio),
        ("forbidden_migration", GmemStep::MigrateFolio),
        ("ask_whether_evictable", GmemStep::FolioEvictable),
    ]
}

pub(super) fn families(add: Add<'_>) {
    let mut creation = |name: &str, pages: u8, steps: Vec<GmemStep>| {
        let (pages, steps) = (Below::new(pages), List::new(steps));
        let scenario = CreationScenario { pages, steps, ..CreationScenario::default() };
        add(name, Scenario::Creation(scenario));
    };
    for (name, step) in steps() {
        creation(&format!("{name}_of_a_new_guest_memfd"), 7, vec![step]);
    }
    for order in 0..=5 {
        let order_of = Order::new(order);
        let fault = GmemStep::Fault { page: Below::new(0), order: order_of };
        creation(&format!("folio_of_order_{order}"), 31, vec![fault.clone()]);
        let punch = GmemStep::PunchHole { page: Below::new(1), pages: Below::new(1) };
        creation(&format!("hole_in_a_folio_of_order_{order}"), 31, vec![fault, punch]);
    }
    let beyond = GmemStep::Fault { page: Below::new(7), order: Order::new(0) };
    creation("fault_beyond_the_end", 0, vec![beyond]);
    for (one, first) in steps() {
        for (other, second) in steps() {
            creation(&format!("{one}_then_{other}"), 7, vec![first.clone(), second]);
        }
    }
    for (one, first) in steps() {
        for (other, second) in steps() {
            let fault = GmemStep::Fault { page: Below::new(0), order: Order::new(2) };
            let name = format!("large_folio_then_{one}_then_{other}");
            creation(&name, 7, vec![fault, first.clone(), second]);
        }
    }
}

// SPDX-License-Identifier: GPL-2.0-only
// The objects, and the crossing itself. Every path between Rust and the kernel's text goes through this
// file: run_function on the way in, ask and tell on the way out.
#include "unit.h"

struct folio folios[1 << 16];
struct address_space mappings[256];
struct address_space_operations operations[256];
struct inode inodes[256];
struct super_block supers[256];
struct file files[256];
struct lruvec lruvecs[256];
struct zone the_zone;
struct pglist_data the_node;
struct compact_control scan_control;
struct task_struct the_task;
struct shmem_inode_info shmem_infos[256];
struct ucounts { char unused; } some_ucounts;
struct kvm { char unused; } the_kvm;
struct kvm_gmem { struct list_head entry; char bindings; } gmems[256];
__thread struct run *run __attribute__((tls_model("initial-exec")));

// Never inlined: where it returns to is a line of the kernel.
NOINLINE unsigned long ask(unsigned long id, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	unsigned long answer;

	if (!run->budget--)
		stop(STOP_BUDGET);
	answer = run->ask(run->context, __builtin_return_address(0), id, a, b, c, d);
	if (run->halt)
		stop(STOP_HALT);
	return answer;
}
NOINLINE void tell(unsigned long id, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	if (!run->budget--)
		stop(STOP_BUDGET);
	run->tell(run->context, __builtin_return_address(0), id, a, b, c, d);
	if (run->halt)
		stop(STOP_HALT);
}

// Ends the kernel's function. Between here and run_function there are frames of C only: a call to Rust
// has always returned before the shim goes on.
void stop(enum stop why)
{
	run->stop = why;
	longjmp(run->out, 1);
}
void strange(const char *what)
{
	run->strange = what;
	stop(STOP_STRANGE);
}
void null_mapping(void)
{
	k_bug(SITE_NullMapping);
	run->site = SITE_NullMapping;
	stop(STOP_BUG);
}

// Calls a function of the kernel, for the run that it is given. A run may begin within another.
void run_function(struct run *mine, unsigned long (*function)(const unsigned long *), const unsigned long *words)
{
	struct run *volatile before = run;

	run = mine;
	mine->stop = STOP_NOT;
	mine->probing = mine->throttled = mine->looked = false;
	if (!setjmp(mine->out))
		mine->value = function(words);
	run = before;
}
#ifdef COUNTED
// Which blocks of the C were reached, for a fuzzer: compilers call this at the beginning of each.
static unsigned char *counters;
static unsigned long counters_mask;

void set_counters(unsigned char *all, unsigned long count)
{
	counters = all;
	counters_mask = count - 1;
}
__attribute__((visibility("hidden"), no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void)
{
	unsigned long at = (unsigned long)__builtin_return_address(0) - (unsigned long)run_function;

	if (counters && counters[at & counters_mask] < 255)
		counters[at & counters_mask]++;
}
#endif
unsigned long run_size(void) { return sizeof(struct run); }

// SPDX-License-Identifier: GPL-2.0-only
// What every unit needs: the kernel's objects, which are addresses and nothing more, the crossing to
// Rust, and the helpers that more than one file calls.
//
// None of the objects has contents. Where the kernel's text loads or stores a member, the text that is
// compiled calls get_MEMBER, set_MEMBER and so on (see cut/rewrite.rs); only members whose address
// is taken are members here. So an access that the shim does not know does not compile.
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#define NOINLINE __attribute__((noinline))
#define likely(x) (x)
#define unlikely(x) (x)
#define __force
#define READ_ONCE(x) (x)
#define IS_ENABLED(option) 1
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define ALIGN(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define round_down(x, y) ALIGN_DOWN(x, y)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

typedef unsigned long pgoff_t;
typedef unsigned long long u64;
typedef long long loff_t;
typedef unsigned int gfp_t;
typedef unsigned int errseq_t;
typedef unsigned int isolate_mode_t;

// x86-64, with huge pages.
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define MAX_PAGE_ORDER 10
#define HPAGE_PMD_ORDER 9
#define XA_CHUNK_SHIFT 6
#define pageblock_order 9
#define PAGE_MAPPING_ANON 1
#define GFP_KERNEL 0xcc0u
#define __GFP_FS 0x80u

// ---- the objects ----

typedef struct { char unused; } spinlock_t;
struct list_head { char unused; };
struct page { char unused; };
struct folio { struct page page; struct list_head lru; };
struct address_space_operations { char unused; };
struct address_space { unsigned long flags; errseq_t wb_err; struct list_head i_private_list; };
struct super_block { errseq_t s_wb_err; };
struct inode { char unused; };
struct file { errseq_t f_wb_err; spinlock_t f_lock; };
struct lruvec { spinlock_t lru_lock; };
struct pglist_data { char unused; };
typedef struct pglist_data pg_data_t;
struct zone { char unused; };
struct compact_control { struct list_head migratepages; };
struct folio_batch { char unused; };
struct task_struct { char unused; };

extern struct folio folios[1 << 16];
extern struct address_space mappings[256];
extern struct address_space_operations operations[256];
extern struct inode inodes[256];
extern struct super_block supers[256];
extern struct file files[256];
extern struct lruvec lruvecs[256];
extern struct zone the_zone;
extern struct pglist_data the_node;
extern struct compact_control scan_control;
extern struct task_struct the_task;
#define current (&the_task)

// ---- the crossing ----

enum stop { STOP_NOT, STOP_BUG, STOP_HALT, STOP_BUDGET, STOP_STRANGE };

// Shared with ffi.rs, which fills the first half in.
struct run {
	void *context;
	unsigned long (*ask)(void *, const void *, unsigned long, unsigned long, unsigned long,
			     unsigned long, unsigned long);
	void (*tell)(void *, const void *, unsigned long, unsigned long, unsigned long,
		     unsigned long, unsigned long);
	unsigned long budget;		// how many calls are left
	unsigned int halt;		// the other side wants no more calls
	unsigned int stop;		// enum stop: why the function ended before its end
	unsigned int site;		// of a BUG
	unsigned int created;		// the mapping that anon_inode_create_getfile brings
	const char *strange;		// what the text did that the shim has no call for
	unsigned long value;		// what the function returned
	// The rest is C's alone.
	unsigned long flags_probe;	// set_flags: what a load of the flags yields
	bool probing;
	bool throttled;			// reclaim_throttle was called, and no signal looked for since
	bool looked;			// a page frame was looked at in this scan
	unsigned long last_pfn;		// which
	unsigned long gmem_flags;	// i_private, until a_ops is set
	unsigned int gmem_steps;	// of the mapping's set-up
	jmp_buf out;
};

extern __thread struct run *run __attribute__((tls_model("initial-exec")));
unsigned long ask(unsigned long id, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
void tell(unsigned long id, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
_Noreturn void stop(enum stop why);
_Noreturn void strange(const char *what);
_Noreturn void null_mapping(void);
// Functions where macros would do: a branch of the shim's is no branch of the kernel's line.
static inline void expected(bool condition, const char *what)
{
	if (!condition)
		strange(what);
}
#define expect(condition) expected(condition, #condition)

// ---- objects and their numbers ----

#define INDEX(array, p, what) \
	({ unsigned long i_ = ((const char *)(p) - (const char *)(array)) / sizeof(*(array)); \
	   if (i_ >= sizeof(array) / sizeof(*(array))) strange(what); i_; })

static inline unsigned long folio_number(const struct folio *folio) { return INDEX(folios, folio, "no folio"); }
static inline unsigned long lruvec_number(const struct lruvec *l) { return INDEX(lruvecs, l, "no lruvec"); }
static inline unsigned long inode_number(const struct inode *i) { return INDEX(inodes, i, "no inode"); }
static inline unsigned long file_number(const struct file *f) { return INDEX(files, f, "no file"); }
static inline unsigned long mapping_number(const struct address_space *mapping)
{
	if (!mapping)
		null_mapping();
	return INDEX(mappings, mapping, "no mapping");
}
static inline unsigned long mapping_or_none(const struct address_space *mapping)
{
	return mapping ? mapping_number(mapping) + 1 : 0;
}
// A page is its frame's number, made odd so that none is NULL.
static inline struct page *page_at(unsigned long pfn) { return (struct page *)(pfn << 1 | 1); }
static inline unsigned long page_number(const struct page *page)
{
	if (!((unsigned long)page & 1))
		strange("no page");
	return (unsigned long)page >> 1;
}
static inline struct folio *folio_at(unsigned long n) { return &folios[n & 0xffff]; }
static inline struct folio *folio_or_null(unsigned long n) { return n ? folio_at(n - 1) : NULL; }
// A value entry is an odd address.
static inline struct folio *entry(unsigned long n) { return n ? folio_at(n - 1) : (struct folio *)1; }
static inline bool xa_is_value(const void *p) { return (unsigned long)p & 1; }
static inline struct address_space *mapping_at(unsigned long n) { return &mappings[n & 0xff]; }
static inline struct address_space *mapping_or_null(unsigned long n) { return n ? mapping_at(n - 1) : NULL; }
static inline struct inode *inode_at(unsigned long n) { return &inodes[n & 0xff]; }
static inline struct file *file_at(unsigned long n) { return &files[n & 0xff]; }
static inline struct lruvec *lruvec_at(unsigned long n) { return &lruvecs[n & 0xff]; }

static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return (unsigned long)p >= -4095UL; }

#include "calls.h"

// ---- WARN, BUG and the watchdog; the extractor adds the site ----

static inline _Noreturn void bug_at(unsigned int site)
{
	k_bug(site);
	run->site = site;
	stop(STOP_BUG);
}
#define WARN_ON_AT(site, condition) ({ bool is_ = (condition); if (is_) k_warn(site); is_; })
#define WARN_ON_ONCE_AT WARN_ON_AT
#define BUG_ON_AT(site, condition) ((condition) ? bug_at(site) : (void)0)
#define VM_BUG_ON_FOLIO_AT(site, condition, folio) BUG_ON_AT(site, condition)
// Nothing of ours sets the condition, and no call stands for the warning.
#define VM_WARN_ONCE(condition, text) expect(!(condition))

static inline void watchdog(void)
{
	if (k_soft_lockup())
		bug_at(SITE_SoftLockup);
}
static inline void cond_resched(void) { k_cond_resched(); }

// ---- members ----

#define get_i_mapping(inode) (mapping_at(inode_number(inode)))
static inline struct inode *get_host(const struct address_space *mapping)
{
	return k_has_host(mapping) ? &inodes[mapping_number(mapping)] : NULL;
}
#define get_i_sb(inode) (&supers[inode_number(inode)])
#define get_a_ops(mapping) (&operations[mapping_number(mapping)])
// What is read here is only handed on to file-> helpers below.
#define get_f_wb_err(file) ((errseq_t)file_number(file))
static inline struct inode *file_inode(const struct file *file) { return inode_at(file_number(file)); }

// ---- batches: one at a time, which is what every caller has ----

static inline void folio_batch_init(struct folio_batch *fbatch) { (void)fbatch; }
static inline unsigned int folio_batch_count(struct folio_batch *fbatch)
{
	(void)fbatch;
	return min(k_fbatch_count(), (unsigned int)PAGEVEC_SIZE);
}
static inline unsigned int find_lock_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end,
					     struct folio_batch *fbatch, pgoff_t *indices)
{
	unsigned int found = k_find_lock_entries(mapping, *start, end);

	(void)fbatch, (void)indices;
	*start = k_found_next();
	return found;
}
static inline unsigned int find_get_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end,
					    struct folio_batch *fbatch, pgoff_t *indices)
{
	unsigned int found = k_find_get_entries(mapping, *start, end);

	(void)fbatch, (void)indices;
	*start = k_found_next();
	return found;
}
#define get_folios(fbatch, i) ((void)(fbatch), k_fbatch_entry(i))
#define at_indices(indices, i) ((void)(indices), k_fbatch_index(i))
static inline void folio_batch_forget(struct folio_batch *f) { (void)f; }

/*
 * What stands in the place of the kernel's own macros: where theirs need a compiler's help, or say
 * less plainly what is meant. A name that begins with __mm is known to what lowers the text.
 */
#define __KERNEL__ 1
#define __x86_64__ 1
#define __LP64__ 1
#define __GNUC__ 12
#define __GNUC_MINOR__ 2
#define __GNUC_PATCHLEVEL__ 0
#define __CHAR_BIT__ 8
#define __BYTE_ORDER__ 1234
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __SIZEOF_LONG__ 8
#define __SIZEOF_POINTER__ 8
#define __builtin_constant_p(x) 0
#define __builtin_expect(x, y) (x)
#define __builtin_choose_expr(c, a, b) ((c) ? (a) : (b))
#define __builtin_unreachable() __mm_unreachable()
#define __always_inline inline
#define __printf(a, b)
#define __scanf(a, b)
#define __section(x)
#define __aligned(x)
#define __must_check
#define __maybe_unused
#define __always_unused
#define __free(x) __mm_cleanup(__free_##x)
#define __cleanup(x) __mm_cleanup(x)
#define __acquires(...)
#define __releases(...)
#define __must_hold(...)
#define __no_context_analysis
#define __user
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __private
#define __init
#define __exit
#define __initdata
#define __meminit
#define __ref
#define __read_mostly
#define __cold
#define __pure
#define __attribute_const__
#define __counted_by(x)
#define fallthrough do { } while (0)
#define barrier() do { } while (0)
#define BUILD_BUG_ON(...) do { } while (0)
#define BUILD_BUG_ON_MSG(...) do { } while (0)
#define BUILD_BUG_ON_ZERO(...) 0
#define BUILD_BUG_ON_INVALID(...) do { } while (0)
#define BUILD_BUG() __mm_unreachable()
#define compiletime_assert(...) do { } while (0)
#define static_assert(...)
#define _Static_assert(...)
#define EXPORT_SYMBOL(...)
#define EXPORT_SYMBOL_GPL(...)
#define EXPORT_SYMBOL_FOR_KVM(...)
#define EXPORT_SYMBOL_FOR_MODULES(...)
#define EXPORT_SYMBOL_NS_GPL(...)
#define EXPORT_TRACEPOINT_SYMBOL(...)
#define MODULE_LICENSE(...)
#define ALLOW_ERROR_INJECTION(...)
#define __must_be_array(...) 0
#define IS_ENABLED(option) option
#define IS_BUILTIN(option) option
#define IS_REACHABLE(option) option
#define IS_MODULE(option) 0
#define likely(x) (!!(x))
#define unlikely(x) (!!(x))
#define READ_ONCE(x) __mm_read_once(x)
#define data_race(x) (x)
#define WRITE_ONCE(x, value) __mm_write_once(x, value)
#define smp_load_acquire(p) __mm_read_once(*(p))
#define smp_store_release(p, value) __mm_write_once(*(p), value)
#define rcu_dereference(p) __mm_read_once(p)
#define rcu_access_pointer(p) __mm_read_once(p)
#define container_of(p, type, member) ((type *)__mm_container_of(p, #member))
#define offsetof(type, member) __mm_offsetof(#type, #member)
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#define min(a, b) __mm_min(a, b)
#define max(a, b) __mm_max(a, b)
#define umin(a, b) __mm_min((unsigned long)(a), (unsigned long)(b))
#define umax(a, b) __mm_max((unsigned long)(a), (unsigned long)(b))
#define min_t(type, a, b) __mm_min((type)(a), (type)(b))
#define max_t(type, a, b) __mm_max((type)(a), (type)(b))
#define min3(a, b, c) __mm_min(a, __mm_min(b, c))
#define max3(a, b, c) __mm_max(a, __mm_max(b, c))
#define clamp(x, a, b) __mm_min(__mm_max(x, a), b)
#define clamp_t(type, x, a, b) __mm_min(__mm_max((type)(x), (type)(a)), (type)(b))
#define swap(a, b) do { typeof(a) __mm_swapped = (a); (a) = (b); (b) = __mm_swapped; } while (0)
#define abs(x) ((x) < 0 ? -(x) : (x))
#define BUG() __mm_bug()
#define BUG_ON(x) do { if (x) __mm_bug(); } while (0)
#define WARN_ON(x) ({ int __mm_warns = !!(x); if (__mm_warns) __mm_warn(); __mm_warns; })
#define WARN(x, ...) WARN_ON(x)
#define WARN_ONCE(x, ...) WARN_ON_ONCE(x)
#define WARN_ON_ONCE(x) ({ int __mm_warns = !!(x); if (__mm_warns) __mm_warn_once(); __mm_warns; })
#define VM_BUG_ON(x) do { if (CONFIG_DEBUG_VM && (x)) __mm_bug(); } while (0)
#define VM_BUG_ON_PAGE(x, page) VM_BUG_ON(x)
#define VM_BUG_ON_FOLIO(x, folio) VM_BUG_ON(x)
#define VM_BUG_ON_VMA(x, vma) VM_BUG_ON(x)
#define VM_BUG_ON_MM(x, mm) VM_BUG_ON(x)
#define VM_WARN_ON(x) do { if (CONFIG_DEBUG_VM && (x)) __mm_warn(); } while (0)
#define VM_WARN_ON_ONCE(x) ({ int __mm_warns = CONFIG_DEBUG_VM && (x); if (__mm_warns) __mm_warn_once(); __mm_warns; })
#define VM_WARN_ON_FOLIO(x, folio) VM_WARN_ON_ONCE(x)
#define VM_WARN_ON_ONCE_FOLIO(x, folio) VM_WARN_ON_ONCE(x)
#define VM_WARN_ON_ONCE_PAGE(x, page) VM_WARN_ON_ONCE(x)
#define VM_WARN_ON_ONCE_VMA(x, vma) VM_WARN_ON_ONCE(x)
#define VM_WARN_ONCE(x, ...) VM_WARN_ON(x)
#define lockdep_assert_held(...) do { } while (0)
#define lockdep_assert_held_write(...) do { } while (0)
#define lockdep_assert_not_held(...) do { } while (0)
#define might_sleep() do { } while (0)
#define might_sleep_if(x) do { } while (0)
#define might_lock(x) do { } while (0)
#define pr_debug(...) do { } while (0)
#define pr_info(...) __mm_print(__VA_ARGS__)
#define pr_warn(...) __mm_print(__VA_ARGS__)
#define pr_warn_once(...) __mm_print(__VA_ARGS__)
#define pr_warn_ratelimited(...) __mm_print(__VA_ARGS__)
#define pr_err(...) __mm_print(__VA_ARGS__)
#define pr_err_ratelimited(...) __mm_print(__VA_ARGS__)
#define printk(...) __mm_print(__VA_ARGS__)
#define test_bit(nr, p) __mm_test_bit((unsigned long)(nr), p)
#define arch_test_bit(nr, p) __mm_test_bit((unsigned long)(nr), p)
#define assign_bit(nr, p, value) ((value) ? set_bit((nr), (p)) : clear_bit((nr), (p)))
#define static_branch_unlikely(key) __mm_static_key(key)
#define static_branch_likely(key) __mm_static_key(key)
#define static_branch_maybe(option, key) __mm_static_key(key)
#define static_key_false(key) __mm_static_key(key)
#define current __mm_current()
#define per_cpu(x, cpu) (*__mm_per_cpu(&(x), cpu))
#define per_cpu_ptr(p, cpu) __mm_per_cpu(p, cpu)
#define this_cpu_ptr(p) __mm_per_cpu(p, -1)
#define raw_cpu_ptr(p) __mm_per_cpu(p, -1)
#define page_folio(page) __mm_page_folio(page)
#define folio_page(folio, n) __mm_folio_page(folio, (unsigned long)(n))
#define put_user(x, p) __mm_opaque_put_user(x, p)
#define get_user(x, p) __mm_opaque_get_user(&(x), p)
#define WITH_LOCK_GUARD_1_ATTRS(name, lock) class_##name##_constructor(lock)
#define spin_lock_init(lock) __mm_opaque_spin_lock_init(lock)
#define raw_spin_lock_init(lock) __mm_opaque_raw_spin_lock_init(lock)
#define mutex_init(lock) __mm_opaque_mutex_init(lock)
#define init_rwsem(lock) __mm_opaque_init_rwsem(lock)
#define init_waitqueue_head(head) __mm_opaque_init_waitqueue_head(head)

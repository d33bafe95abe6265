// SPDX-License-Identifier: GPL-2.0-only
// mapping->flags, and write-back errors.

// Which mapping's flags these are. The first member of NULL is at NULL: C would fault.
static inline struct address_space *flags_owner(const volatile unsigned long *flags)
{
	return container_of(flags, struct address_space, flags);
}
#define test_bit(nr, addr) k_test_bit(flags_owner(addr), nr)
#define set_bit(nr, addr) k_set_bit(flags_owner(addr), nr)
#define clear_bit(nr, addr) k_clear_bit(flags_owner(addr), nr)
// Not atomic: a load and a store.
#define __set_bit(nr, addr) k_store_flags(flags_owner(addr), 0, 1UL << (nr))
#define test_and_clear_bit(nr, addr) k_test_and_clear_bit(flags_owner(addr), nr)

// VM_LOCKED of a shmem inode stands in a member of the same name.
struct shmem_inode_info { char unused; };
extern struct shmem_inode_info shmem_infos[256];
static inline unsigned long shmem_info_number(const struct shmem_inode_info *info)
{
	return INDEX(shmem_infos, info, "no shmem inode");
}

static inline unsigned long mapping_bits(const void *mapping, unsigned long mask)
{
	if (run->probing)
		return run->flags_probe & mask;
	return k_flags_and(mapping, mask);
}
static inline unsigned long shmem_bits(const void *info, unsigned long mask)
{
	expect(mask == VM_LOCKED);
	return k_shmem_vm_locked(mapping_at(shmem_info_number(info))) ? VM_LOCKED : 0;
}
#define IS_SHMEM(p) _Generic((p), struct shmem_inode_info *: 1, default: 0)
// p->flags & mask
#define bits_flags(p, mask) (IS_SHMEM(p) ? shmem_bits(p, mask) : mapping_bits(p, mask))
#define get_flags(p) bits_flags(p, ~0UL)

static inline void or_mapping(const void *mapping, unsigned long bits) { k_store_flags(mapping, 0, bits); }
static inline void and_mapping(const void *mapping, unsigned long bits) { k_store_flags(mapping, ~bits, 0); }
static inline void or_shmem(const void *info, unsigned long bits)
{
	expect(bits == VM_LOCKED);
	k_set_shmem_vm_locked(mapping_at(shmem_info_number(info)), true);
}
static inline void and_shmem(const void *info, unsigned long bits)
{
	expect(bits == ~(unsigned long)VM_LOCKED || (unsigned int)bits == ~(unsigned int)VM_LOCKED);
	k_set_shmem_vm_locked(mapping_at(shmem_info_number(info)), false);
}
#define or_flags(p, bits) (IS_SHMEM(p) ? or_shmem(p, bits) : or_mapping(p, bits))
// The operand's own type decides what happens to the upper half, as in C.
#define and_flags(p, bits) (IS_SHMEM(p) ? and_shmem(p, bits) : and_mapping(p, bits))
// p->flags = value, where value is made of p->flags: which bits it clears and which it sets comes out
// when it is worked out for a word of zeroes and a word of ones. Bits do not depend on each other.
#define set_flags(p, value) do { \
	unsigned long zeroes_, ones_; \
	run->probing = true; \
	run->flags_probe = 0UL; \
	zeroes_ = (value); \
	run->flags_probe = ~0UL; \
	ones_ = (value); \
	run->probing = false; \
	k_store_flags(p, ~ones_, zeroes_); \
} while (0)

static inline errseq_t errseq_set(errseq_t *error, int err)
{
	k_errseq_set_sb(mapping_at(INDEX(supers, container_of(error, struct super_block, s_wb_err), "no superblock")), err);
	return 0;
}

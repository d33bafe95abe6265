// SPDX-License-Identifier: GPL-2.0-only
// virt/kvm/guest_memfd.c.

#define O_RDWR 2
#define O_LARGEFILE 0100000
#define S_IFREG 0100000
#define GFP_HIGHUSER 0x100cc2u

struct xarray { char unused; };
struct kvm { char unused; };
struct kvm_gmem { struct list_head entry; struct xarray bindings; };
struct file_operations { char unused; };
struct inode_operations { char unused; };
extern struct kvm the_kvm;
extern struct kvm_gmem gmems[256];
static struct file_operations kvm_gmem_fops;
static const struct inode_operations kvm_gmem_iops;
static const struct address_space_operations kvm_gmem_aops;

// ---- creation: the mapping is set up in three stores that belong together, and two that follow ----

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	expect(size == sizeof(struct kvm_gmem) && gfp == GFP_KERNEL);
	return k_kzalloc_gmem() ? &gmems[0] : NULL;
}
static inline struct file *anon_inode_create_getfile(const char *name, const struct file_operations *fops,
						     void *private, int flags, void *context)
{
	int err;

	(void)name;
	expect(fops == &kvm_gmem_fops && private == &gmems[0] && flags == O_RDWR && !context);
	err = k_anon_inode_create_getfile(mapping_at(run->created));
	run->gmem_steps = 0;
	return err < 0 ? ERR_PTR(err) : file_at(run->created);
}
#define or_f_flags(file, bits) ((void)file_number(file), expect((bits) == O_LARGEFILE))
#define get_f_inode(file) (inode_at(file_number(file)))
static inline struct address_space *get_f_mapping(const struct file *file)
{
	struct address_space *mapping = mapping_at(file_number(file));

	return k_file_mapping_is_inodes(mapping) ? mapping : NULL;
}
#define step(n) (expect(run->gmem_steps == (n)), run->gmem_steps++)
#define set_i_private(inode, value) (step(0), (void)inode_number(inode), run->gmem_flags = (unsigned long)(value))
#define set_i_op(inode, ops) (step(1), expect((ops) == &kvm_gmem_iops), (void)inode_number(inode))
#define set_a_ops(mapping, ops) (step(2), expect((ops) == &kvm_gmem_aops), k_gmem_set_ops(mapping, run->gmem_flags))
#define or_i_mode(inode, bits) (step(3), expect((bits) == S_IFREG), (void)inode_number(inode))
#define set_i_size(inode, size) (step(4), k_gmem_set_mode_and_size(mapping_at(inode_number(inode)), size))
#define set_kvm(gmem, value) (expect((gmem) == &gmems[0]), expect((value) == &the_kvm))
#define xa_init(xa) expect((xa) == &gmems[0].bindings)
static inline void list_add(struct list_head *new, struct list_head *list)
{
	expect(new == &gmems[0].entry);
	k_gmem_list_add(container_of(list, struct address_space, i_private_list));
}
static inline void fd_install(unsigned int fd, struct file *file)
{
	expect(file == file_at(run->created));
	k_fd_install(fd);
}

// ---- the list of gmems ----

#define list_for_each_entry(pos, head, member) \
	for (unsigned int i_ = 0, n_ = k_gmem_list_len(container_of(head, struct address_space, i_private_list)); \
	     pos = &gmems[i_ & 0xff], i_ < n_; i_++)
static inline unsigned long gmem_number(const struct kvm_gmem *gmem) { return INDEX(gmems, gmem, "no gmem"); }
#define kvm_gmem_invalidate_begin(gmem, start, end) k_kvm_gmem_invalidate_begin(gmem_number(gmem), start, end)
#define kvm_gmem_invalidate_end(gmem, start, end) k_kvm_gmem_invalidate_end(gmem_number(gmem), start, end)

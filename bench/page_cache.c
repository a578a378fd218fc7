#include "page_cache.h"

#include "status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bf_status file_count_pages(int file, size_t size, uint64_t *pages, uint64_t *left)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), count = (size + page - 1) / page;
    unsigned char *resident = malloc(count);
    void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    bf_status status = BF_OK;
    if (!resident || map == MAP_FAILED || mincore(map, size, resident) != 0) status = resident ? BF_IO : BF_NO_MEMORY;
    for (size_t i = 0; status == BF_OK && i < count; i++) *left += resident[i] & 1;
    *pages += count;
    if (map != MAP_FAILED) munmap(map, size);
    free(resident);
    return status;
}

static bf_status file_visit(int folder, const char *name, bool evict, uint64_t *pages, uint64_t *left, bf_error *error)
{
    struct stat about;
    const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return errno == ENOENT ? BF_OK : fail_system(error, errno, "%s", name); /* a writer may remove files */
    bf_status status = BF_OK;
    if (fstat(file, &about) != 0) status = fail_system(error, errno, "%s", name);
    if (status == BF_OK && S_ISREG(about.st_mode) && about.st_size > 0) {
        if (evict) fdatasync(file); /* pages not yet written can't be dropped */
        const int refused = evict ? posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) : 0;
        if (refused) status = fail_system(error, refused, "evicting %s", name);
        else if (file_count_pages(file, (size_t)about.st_size, pages, left) != BF_OK)
            status = fail_system(error, errno, "asking what is in memory of %s", name);
    }
    close(file);
    return status;
}

static bf_status folder_visit(const char *folder, bool evict, uint64_t *pages, uint64_t *left, bf_error *error)
{
    DIR *open_folder = opendir(folder);
    if (!open_folder) return fail_system(error, errno, "%s", folder);
    bf_status status = BF_OK;
    for (struct dirent *entry; status == BF_OK && (entry = readdir(open_folder));)
        if (entry->d_name[0] != '.') status = file_visit(dirfd(open_folder), entry->d_name, evict, pages, left, error);
    closedir(open_folder);
    return status;
}

bf_status page_cache_evict(const char *folder, uint64_t *pages, uint64_t *left, bf_error *error)
{
    return folder_visit(folder, true, pages, left, error);
}

bf_status page_cache_count(const char *folder, uint64_t *pages, uint64_t *resident, bf_error *error)
{
    return folder_visit(folder, false, pages, resident, error);
}

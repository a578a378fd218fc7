/* Stands in for a fuzzing engine: gives the target each file named, and each file of each folder named, once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

static void replay(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        perror(path);
        exit(1);
    }
    if (S_ISDIR(about.st_mode)) {
        struct dirent **entries;
        int count = scandir(path, &entries, NULL, alphasort);
        for (int i = 0; i < count; i++) {
            char inner[4096];
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            if (entries[i]->d_name[0] != '.') replay(inner);
            free(entries[i]);
        }
        if (count >= 0) free(entries);
        return;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc((size_t)about.st_size + 1);
    if (!file || !bytes || fread(bytes, 1, (size_t)about.st_size, file) != (size_t)about.st_size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, (size_t)about.st_size);
    free(bytes);
    replayed++;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) replay(argv[i]);
    printf("%lu inputs\n", replayed);
    return replayed ? 0 : 1;
}

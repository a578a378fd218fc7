/* Files that are cut short while they are mapped, for programs. */
#ifndef BASE_CUT_FILE_H
#define BASE_CUT_FILE_H

/*
 * A mapped file that another process cuts short, or whose disk fails, can't be told from memory until it is touched: then
 * the kernel sends SIGBUS, and no check made before could have known. From here on that ends the program with one line on
 * standard error, naming the program and the file, and code 2. A library must leave signals alone, so this is for a
 * program's main. `program` is kept, not copied.
 */
void cut_file_watch(const char *program);

#endif

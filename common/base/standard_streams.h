/* Standard input, output and error, for programs that open files: the first thing in main. */
#ifndef BASE_STANDARD_STREAMS_H
#define BASE_STANDARD_STREAMS_H

/*
 * A program may be started with one of them closed. The next file opened would get its number, and what is printed would be
 * written into it: into an index, for one. So a closed one is opened on something that can't be used, and using it fails as
 * it should.
 */
void standard_streams_hold(void);

#endif

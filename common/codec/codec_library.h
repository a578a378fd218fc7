/* The library the codecs rest on. */
#ifndef CODEC_CODEC_LIBRARY_H
#define CODEC_CODEC_LIBRARY_H

/* "zlib 1.2.13". Static. */
const char *codec_library_version(void);

#endif

#include "codec_library.h"

#include <pthread.h>
#include <stdio.h>
#include <zlib.h>

static char version[64];

static void version_make(void)
{
    snprintf(version, sizeof version, "zlib %s", zlibVersion());
}

const char *codec_library_version(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, version_make);
    return version;
}

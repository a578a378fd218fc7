#include "analyzer.h"
#include "codec_library.h"
#include "store.h"

#include <pthread.h>
#include <stdio.h>

static char versions[512];

static void versions_make(void)
{
    snprintf(versions, sizeof versions, "%s, %s, %s", store_library_version(), codec_library_version(),
             analysis_library_versions());
}

const char *bf_library_versions(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, versions_make);
    return versions;
}

const char *bf_version(void)
{
    return BF_VERSION;
}

#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bf_status fail(bf_error *error, bf_status status, const char *format, ...)
{
    if (!error) return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    return status;
}

bf_status fail_system(bf_error *error, int errnum, const char *format, ...)
{
    bf_status status = errnum == ENOMEM ? BF_NO_MEMORY : BF_IO;
    if (!error) return status;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof error->message)
        snprintf(error->message + length, sizeof error->message - (size_t)length, ": %s", strerror(errnum));
    error->status = status;
    return status;
}

const char memory_rule[] = "memory was refused";

bf_status fail_memory(bf_error *error)
{
    return fail(error, BF_NO_MEMORY, "out of memory");
}

bf_status fail_within(bf_error *error, bf_status status, const char *format, ...)
{
    if (!error) return status;
    bf_error cause = *error;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length + 3 < sizeof error->message)
        snprintf(error->message + length, sizeof error->message - (size_t)length, ": %.*s",
                 (int)(sizeof error->message - (size_t)length - 3), cause.message);
    error->status = status;
    return status;
}

const char *bf_status_name(bf_status status)
{
    switch (status) {
    case BF_OK: return "ok";
    case BF_NOT_FOUND: return "not found";
    case BF_END: return "end";
    case BF_REFUSED: return "refused";
    case BF_BAD_ARGUMENT: return "bad argument";
    case BF_NO_MEMORY: return "out of memory";
    case BF_IO: return "input/output failure";
    case BF_CORRUPT: return "corrupt";
    case BF_INCOMPATIBLE: return "incompatible";
    case BF_BUSY: return "busy";
    case BF_INTERRUPTED: return "interrupted";
    }
    return "unknown status";
}

/* A status as JSON: `netvane status --json', /status.json, and the way back. docs/format.md has its keys. */
#ifndef PROBE_STATUS_JSON_H
#define PROBE_STATUS_JSON_H

#include <stddef.h>

struct buf;
struct status;

/* Appends one object and a newline. */
void status_encode(const struct status *status, struct buf *out);
/*
 * Reads what status_encode wrote, in this version or another: what is missing or odd is not known. NULL with an error, which
 * fits `size` bytes, for what is no JSON object or no status. What status_encode wrote is read without loss.
 */
struct status *status_decode(const char *json, size_t len, char *error, size_t size);

#endif

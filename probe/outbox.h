/*
 * Records that wait to be sent somewhere, in the order in which they came, in a directory: what waits survives the process and the
 * power. Each is a file NUMBER-ID.json (0600). What cannot be written waits in memory, and is written later if that becomes possible.
 * Number and bytes are bounded: the oldest give way, and the log says so.
 */
#ifndef PROBE_OUTBOX_H
#define PROBE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct outbox;

enum { OUTBOX_ID_SIZE = 65 };

/*
 * Takes up what an earlier process left there; half-written files of its are removed, and files of other names left alone. Never
 * NULL: trouble with the directory, which is made when it is needed, is logged.
 */
struct outbox *outbox_open(const char *dir, size_t most, size_t most_bytes);
/* What waits in memory is written if possible. NULL is fine. */
void outbox_close(struct outbox *outbox);
/* id: 1 to 64 letters, digits, '-' or '_'. One that waits already is not taken twice. */
void outbox_add(struct outbox *outbox, const char *id, const void *body, size_t len);
/* The oldest one's id, good until the outbox changes; NULL none. */
const char *outbox_first(const struct outbox *outbox);
/* The oldest one's body, appended. False: its file was lost or cannot be read, which is logged, and it is removed. */
bool outbox_read(struct outbox *outbox, struct buf *body);
/* It was sent, or is given up. Fine when it is not there any more. */
void outbox_remove(struct outbox *outbox, const char *id);
size_t outbox_waiting(const struct outbox *outbox);
/* How many gave way or were lost. */
uint64_t outbox_dropped(const struct outbox *outbox);

/* Takes a file's name apart. False: it is none of ours. Pure. */
bool outbox_name_parse(const char *name, uint64_t *number, char id[OUTBOX_ID_SIZE]);

#endif

/* Memory: allocation that never returns NULL, and arenas for things that die together. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Like their namesakes, but running out of memory is logged and ends the program: nothing here
 * can go on without it, and half a measurement is worse than none. A size of 0 gives a valid
 * pointer. Free with free().
 */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *old, size_t n, size_t size);
void *xmemdup(const void *data, size_t len);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t max);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Gives memory that was freed back to the system, where the C library would keep it for later. It takes some time: only where at
 * least a megabyte was freed, as `freed` says.
 */
void mem_trim(size_t freed);

/* A pile of allocations freed together. */
struct arena;

struct arena *arena_new(void);
/* Frees the arena and all that came from it; NULL is fine. */
void arena_free(struct arena *arena);
/* Zeroed, aligned for any type, owned by the arena. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_memdup(struct arena *arena, const void *data, size_t len);
/* NULL gives NULL. */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Appends one zeroed item to an array that lives in the arena, and returns it. `items` and
 * `n` start as NULL and 0 and are kept by the caller; the room grows by doubling. Earlier items may move: keep
 * indexes across calls, not pointers.
 */
#define ARENA_PUSH(arena, items, n) \
	((__typeof__(items))arena_push((arena), (void **)&(items), &(n), sizeof(*(items))))
void *arena_push(struct arena *arena, void **items, size_t *n, size_t size);

#endif

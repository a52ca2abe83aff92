/* Allocation that never returns NULL, and arenas. */
#include "base/mem.h"

#include <assert.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void *
xmalloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		log_fatalx("out of memory (%zu bytes wanted)", size);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		log_fatalx("out of memory (%zu times %zu bytes wanted)", n, size);
	return p;
}

void *
xreallocarray(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		log_fatalx("out of memory (%zu times %zu bytes wanted)", n, size);
	return p;
}

void *
xmemdup(const void *data, size_t len)
{
	void *p = xmalloc(len);

	if (len > 0)
		memcpy(p, data, len);
	return p;
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

char *
xstrndup(const char *s, size_t max)
{
	size_t len = strnlen(s, max);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		log_fatalx("out of memory (a string was wanted)");
	va_end(ap);
	return s;
}

void
mem_trim(size_t freed)
{
#ifdef __GLIBC__
	if (freed >= 1024 * 1024)
		malloc_trim(0);
#else
	(void)freed;
#endif
}

/*
 * Chunks in a list, newest first. Big requests get a chunk of their own behind the head, so
 * that the room left in the head is not lost.
 */
struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *head;
};

enum { CHUNK_SIZE = 4096 - 64 };

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		log_fatalx("out of memory (%zu bytes wanted)", size);
	chunk = xmalloc(sizeof(*chunk) + size);
	chunk->next = NULL;
	chunk->used = 0;
	chunk->size = size;
	return chunk;
}

struct arena *
arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
	struct chunk *chunk, *next;

	if (arena == NULL)
		return;
	for (chunk = arena->head; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct chunk *chunk = arena->head;
	void *p;

	if (size > SIZE_MAX - align)
		log_fatalx("out of memory (%zu bytes wanted)", size);
	size = (size + align - 1) / align * align;
	if (chunk == NULL || chunk->size - chunk->used < size) {
		chunk = chunk_new(size > CHUNK_SIZE / 2 ? size : CHUNK_SIZE);
		if (arena->head != NULL && size > CHUNK_SIZE / 2) {
			chunk->next = arena->head->next;
			arena->head->next = chunk;
		} else {
			chunk->next = arena->head;
			arena->head = chunk;
		}
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	return memset(p, 0, size);
}

void *
arena_memdup(struct arena *arena, const void *data, size_t len)
{
	void *p = arena_alloc(arena, len);

	if (len > 0)
		memcpy(p, data, len);
	return p;
}

char *
arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *p;

	if (s == NULL)
		return NULL;
	len = strnlen(s, len);
	p = arena_alloc(arena, len + 1);
	memcpy(p, s, len);
	return p;
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return s == NULL ? NULL : arena_memdup(arena, s, strlen(s) + 1);
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(len >= 0);
	s = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	return s;
}

void *
arena_push(struct arena *arena, void **items, size_t *n, size_t size)
{
	size_t room;
	void *grown;

	/* Room is not stored: it is 4, then every power of two, so a count of exactly that is full. */
	if (*n == 0 || (*n >= 4 && (*n & (*n - 1)) == 0)) {
		room = *n == 0 ? 4 : *n * 2;
		if (size > SIZE_MAX / room)
			log_fatalx("out of memory (%zu times %zu bytes wanted)", room, size);
		grown = arena_alloc(arena, room * size);
		if (*n > 0)
			memcpy(grown, *items, *n * size);
		*items = grown;
	}
	return (char *)*items + size * (*n)++;
}

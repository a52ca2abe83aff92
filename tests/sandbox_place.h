/* A place to try the sandbox in, and things to try there. */
#ifndef TESTS_SANDBOX_PLACE_H
#define TESTS_SANDBOX_PLACE_H

#include <sys/stat.h>

#include "probe/landlock.h"
#include "probe/sandbox.h"

enum { NOT_ENTERED = 200, WRONG = 201, DIED = 202 };

/* TOP/state is to be written in; TOP/outside is in no rule and has a file; $HOME is TOP/home. The rules are a test's to add to. */
struct place {
	char *top, *state, *outside;
	struct sandbox_rules rules;
};
extern struct place place;

/* cmocka's setup and teardown. */
int place_make(void **state);
int place_remove(void **state);
#define CLAIM(f) cmocka_unit_test_setup_teardown(f, place_make, place_remove)

/* "DIRECTORY/NAME", to free. */
char *in(const char *directory, const char *name);
void put(const char *path, const char *text, mode_t mode);

/* Skip the test, aloud, where the kernel's Landlock is older than that, or the build has no filter. */
void need_landlock(int version);
void need_filter(void);

/*
 * What `act` returns in a child that has entered the sandbox: 0 or an errno, as those below do; NOT_ENTERED where it could not; DIED where
 * something killed it.
 */
int inside(int (*act)(const char *path), const char *path);
/* The same on a kernel whose Landlock is of this version, 0 for none; WRONG where the report says otherwise. May skip the test. */
int inside_on(int version, int (*act)(const char *path), const char *path);

int opens(const char *path, int flags);
int read_it(const char *path);
int list_it(const char *path);
int write_it(const char *path);
int make_it(const char *path);
int remove_it(const char *path);
int truncate_it(const char *path);
int listen_on(const char *port);
/* 0 where no core can be dumped. */
int look_at_cores(const char *path);

#endif

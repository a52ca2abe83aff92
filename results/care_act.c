/* An act of the quota, and its intent on the disk. */
#include "results/care_act.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/directory.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"

enum { FILE_MAX = 1024 * 1024 };

static const char *const kind_names[CARE_ACT_KIND_MAX] = {
    [CARE_ACT_THIN] = "thin",
    [CARE_ACT_DROP] = "drop",
    [CARE_ACT_ERASE] = "erase",
};

const char *
care_act_kind_name(enum care_act_kind kind)
{
	return kind_names[kind];
}

void
care_act_identify(struct care_act *act)
{
	random_id(act->id);
}

void
care_act_add(struct care_act *act, const char *segment, bool replaced)
{
	struct care_act_segment *added;

	act->segments =
	    xreallocarray(act->segments, act->nsegments + 1, sizeof(*act->segments));
	added = &act->segments[act->nsegments++];
	snprintf(added->name, sizeof(added->name), "%s", segment);
	added->replaced = replaced;
}

void
care_act_clear(struct care_act *act)
{
	free(act->segments);
	*act = (struct care_act){0};
}

static void
put_segments(struct json *j, const char *key, const struct care_act *act, bool replaced)
{
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < act->nsegments; i++)
		if (act->segments[i].replaced == replaced)
			json_put_string(j, NULL, act->segments[i].name);
	json_put_array_end(j);
}

void
care_act_encode(const struct care_act *act, struct buf *out)
{
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_string(&j, "act", kind_names[act->kind]);
	json_put_string(&j, "id", act->id);
	json_put_string(&j, "day", act->day);
	json_put_bool(&j, "quiet", act->quiet);
	json_put_int(&j, "kept_one_of", act->kept_one_of);
	json_put_int(&j, "records", act->records);
	json_put_int(&j, "bytes", act->bytes);
	json_put_string(&j, "reason", act->reason);
	put_segments(&j, "replaced", act, true);
	put_segments(&j, "removed", act, false);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}

static int
take_text(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL || strlen(text) >= size)
		return -1;
	snprintf(out, size, "%s", text);
	return 0;
}

static int
take_count(const json_t *object, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0 ? 0 : -1;
}

static int
take_kind(const json_t *object, enum care_act_kind *out)
{
	const char *name = json_string_value(json_object_get(object, "act"));
	unsigned i;

	for (i = 0; name != NULL && i < CARE_ACT_KIND_MAX; i++)
		if (strcmp(kind_names[i], name) == 0) {
			*out = (enum care_act_kind)i;
			return 0;
		}
	return -1;
}

/* These names are what gets removed: nothing but segments of the day that the act is about. */
static int
take_segments(const json_t *object, const char *key, bool replaced, struct care_act *act)
{
	const json_t *list = json_object_get(object, key);
	char day[SEGMENT_DAY_SIZE];
	const char *name;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		name = json_string_value(json_array_get(list, i));
		if (name == NULL || !segment_is_name(name) ||
		    strcmp(segment_day(name, day), act->day) != 0)
			return -1;
		care_act_add(act, name, replaced);
	}
	return 0;
}

int
care_act_parse(const char *text, size_t len, struct care_act *act)
{
	json_t *object = json_loadb(text, len, 0, NULL);
	int result = -1;

	*act = (struct care_act){0};
	if (take_kind(object, &act->kind) == 0 &&
	    take_text(object, "id", act->id, sizeof(act->id)) == 0 &&
	    strspn(act->id, "0123456789abcdef") == CARE_ACT_ID_SIZE - 1 &&
	    take_text(object, "day", act->day, sizeof(act->day)) == 0 &&
	    take_count(object, "kept_one_of", &act->kept_one_of) == 0 &&
	    take_count(object, "records", &act->records) == 0 &&
	    take_count(object, "bytes", &act->bytes) == 0 &&
	    take_text(object, "reason", act->reason, sizeof(act->reason)) == 0 &&
	    take_segments(object, "replaced", true, act) == 0 &&
	    take_segments(object, "removed", false, act) == 0 && act->nsegments > 0) {
		act->quiet = json_is_true(json_object_get(object, "quiet"));
		result = 0;
	}
	json_decref(object);
	if (result == -1)
		care_act_clear(act);
	return result;
}

int
care_act_save(int dir_fd, const struct care_act *act)
{
	int fd = openat(dir_fd, CARE_ACT_FILE ".part",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct buf text = BUF_EMPTY;
	int failed, err;

	if (fd == -1)
		return -1;
	care_act_encode(act, &text);
	failed = io_write_all(fd, text.data, text.len) == -1 || fsync(fd) == -1;
	buf_free(&text);
	if (close(fd) == -1 || failed ||
	    renameat(dir_fd, CARE_ACT_FILE ".part", dir_fd, CARE_ACT_FILE) == -1) {
		err = errno;
		unlinkat(dir_fd, CARE_ACT_FILE ".part", 0);
		errno = err;
		return -1;
	}
	return directory_sync(dir_fd);
}

/* Returns 0, or -1 with errno; EMSGSIZE for what is too long to be ours. */
static int
read_file(int fd, struct buf *text)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if (st.st_size > FILE_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (io_pread_all(fd, buf_room(text, (size_t)st.st_size), (size_t)st.st_size, 0) == -1)
		return -1;
	text->len = (size_t)st.st_size;
	return 0;
}

int
care_act_load(int dir_fd, struct care_act *act)
{
	int fd = openat(dir_fd, CARE_ACT_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), result;
	struct buf text = BUF_EMPTY;

	*act = (struct care_act){0};
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	result = read_file(fd, &text);
	close(fd);
	if (result == 0 && care_act_parse(text.data, text.len, act) == 0)
		result = 1;
	else if (result == 0 || errno == EMSGSIZE) {
		/* It was synced before it got its name: no crash of ours does that. */
		log_warnx("%s is damaged: removed, and begun anew", CARE_ACT_FILE);
		result = care_act_remove(dir_fd);
	}
	buf_free(&text);
	return result;
}

int
care_act_remove(int dir_fd)
{
	return unlinkat(dir_fd, CARE_ACT_FILE, 0) == 0 || errno == ENOENT ? 0 : -1;
}

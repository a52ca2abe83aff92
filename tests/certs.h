/* Certificates made for the run of a test; mkcerts.c says which. */
#ifndef TESTS_CERTS_H
#define TESTS_CERTS_H

/*
 * Has them made for site.test, 127.0.0.1 and ::1 in a fresh directory. Ends the test program when
 * that fails.
 */
void certs_make(void);
/* The path of one of mkcerts' files: static, good until the fourth next call. */
char *certs_path(const char *file);
/* Removes the directory. */
void certs_remove(void);

#endif

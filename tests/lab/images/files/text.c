#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files.h"

int waits_for_room = 0;

// After a call that failed: whether to try again.
static int room_may_come(void) {
  if (!waits_for_room || errno != ENOSPC) return 0;
  nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
  return 1;
}

void fail(const char* what) {
  fflush(stdout);
  fprintf(stderr, "files: %s: %s\n", what, strerror(errno));
  exit(1);
}

char* unescape(char* text) {
  char* out = text;
  for (const char* in = text; *in;) {
    unsigned byte;
    int used = 0;
    if (in[0] == '\\' && in[1] == 'x' && sscanf(in + 2, "%2x%n", &byte, &used) == 1 && used == 2) {
      *out++ = (char)byte;
      in += 4;
    } else {
      *out++ = *in++;
    }
  }
  *out = 0;
  return text;
}

void print_escaped(FILE* out, const char* name) {
  for (const unsigned char* c = (const unsigned char*)name; *c; ++c) {
    if (*c <= ' ' || *c >= 127 || *c == '\\')
      fprintf(out, "\\x%02x", *c);
    else
      fputc(*c, out);
  }
}

void write_all(int fd, const void* data, size_t size, const char* name) {
  const char* at = data;
  while (size > 0) {
    ssize_t written = write(fd, at, size);
    if (written < 0 && (errno == EINTR || room_may_come())) continue;
    if (written < 0) fail(name);
    at += written;
    size -= (size_t)written;
  }
}

uint64_t next_random(uint64_t* state) {  // splitmix64
  uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

uint64_t checksum(const char* path) {
  static unsigned char buffer[1 << 16];
  uint64_t hash = 0xcbf29ce484222325ULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail(path);
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0)
    for (ssize_t i = 0; i < got; ++i) hash = (hash ^ buffer[i]) * 0x100000001b3ULL;
  if (got < 0) fail(path);
  close(fd);
  return hash;
}

void write_atomically(const char* path, const char* text) {
  char next[4096];
  snprintf(next, sizeof next, "%s.next", path);
  int fd;
  do {
    fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  } while (fd < 0 && room_may_come());
  if (fd < 0) fail(next);
  write_all(fd, text, strlen(text), next);
  close(fd);
  while (rename(next, path))
    if (!room_may_come()) fail(path);
}

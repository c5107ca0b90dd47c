// The writer. Once a second, number N:
//   1. "N\n" is appended to /data/log,
//   2. /data/counter is replaced by "N\n",
//   3. /var/lib/files/state is replaced by "N\n" (not in a volume),
// in this order, so at any instant log's last line >= counter >= state >= that line - 1.
// Every 10 ms the first eight bytes of /data/mapped (a counter in the machine's byte order, through
// a shared mapping, never a write call) grow by one, and the last eight of that page are set to the
// same value afterwards. All of them go on where they were when the container starts again. Where the
// disk is full, it waits for room.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"

static volatile sig_atomic_t stopping;
static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

enum { kPage = 4096, kTicksPerSecond = 100 };

static volatile uint64_t* map_counter(const char* path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) fail(path);
  struct stat info;
  if (fstat(fd, &info)) fail(path);
  if (info.st_size < kPage && ftruncate(fd, kPage)) fail(path);
  void* page = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) fail(path);
  close(fd);
  return page;
}

static unsigned long read_counter(const char* path) {
  char text[32] = "";
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  if (read(fd, text, sizeof text - 1) < 0) fail(path);
  close(fd);
  return strtoul(text, NULL, 10);
}

static void write_next(unsigned long number) {
  char text[32];
  int size = snprintf(text, sizeof text, "%lu\n", number);
  int log = open("/data/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) fail("/data/log");
  write_all(log, text, (size_t)size, "/data/log");
  close(log);
  write_atomically("/data/counter", text);
  write_atomically("/var/lib/files/state", text);
}

int serve(void) {
  // Process 1 has no default handlers: without these it would have to be killed.
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  mkdir("/data", 0755);
  mkdir("/var", 0755);
  mkdir("/var/lib", 0755);
  mkdir("/var/lib/files", 0755);
  waits_for_room = 1;
  volatile uint64_t* mapped = map_counter("/data/mapped");
  unsigned long number = read_counter("/data/counter");
  printf("files: writing from %lu on\n", number + 1);
  fflush(stdout);
  for (unsigned tick = 0; !stopping; ++tick) {
    if (tick % kTicksPerSecond == 0) write_next(++number);
    mapped[0] = mapped[0] + 1;
    mapped[kPage / sizeof *mapped - 1] = mapped[0];
    nanosleep(&(struct timespec){.tv_nsec = 1000000000 / kTicksPerSecond}, NULL);
  }
  printf("files: stopped at %lu\n", number);
  return 0;
}

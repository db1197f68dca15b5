/* What reads a program's file before it runs, on bytes that may be anything. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols/elf_object.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jam_elf_object object;
    int descriptor = memfd_create("elf", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    jam_elf_object_read_fd(&object, descriptor);
    jam_elf_object_fini(&object);
    close(descriptor);
    return 0;
}

/* The worker, byte for byte. See worker_program.hpp. */
    .section .rodata
    .balign 16
    .global dksnap_worker_begin
    .global dksnap_worker_end
dksnap_worker_begin:
    .incbin DKSNAP_WORKER
dksnap_worker_end:
    .section .note.GNU-stack, "", %progbits

/* The recipes that come with dksnap, as they are written. See recipe_data.hpp. */
    .section .rodata
    .global dksnap_recipes_begin
    .global dksnap_recipes_end
dksnap_recipes_begin:
    .incbin DKSNAP_RECIPES
dksnap_recipes_end:
    .section .note.GNU-stack, "", %progbits

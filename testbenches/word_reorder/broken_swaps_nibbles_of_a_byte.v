// Broken: the two nibbles of each byte are exchanged, instead of all four being reversed.
module word_reorder (
    input  wire [15:0] word,
    output reg  [15:0] bits_reversed,
    output wire [15:0] nibbles_reversed,
    output wire [15:0] bytes_swapped
);

  integer i;

  always @(*) begin
    for (i = 0; i < 16; i = i + 1) bits_reversed[i] = word[15-i];
  end

  assign nibbles_reversed = {word[11:8], word[15:12], word[3:0], word[7:4]};
  assign bytes_swapped    = {word[7:0], word[15:8]};

endmodule

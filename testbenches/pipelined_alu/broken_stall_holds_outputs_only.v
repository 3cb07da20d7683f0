// Broken: a stall holds stage 2 while stage 1 goes on and loses its operation.
module pipelined_alu #(
    parameter WIDTH = 16
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             flush,
    input  wire             stall,
    input  wire             in_valid,
    input  wire [2:0]       op,
    input  wire [WIDTH-1:0] a,
    input  wire [WIDTH-1:0] b,
    output reg              out_valid,
    output reg  [WIDTH-1:0] result,
    output reg              zero
);

    reg             valid_1;
    reg [2:0]       op_1;
    reg [WIDTH-1:0] a_1;
    reg [WIDTH-1:0] b_1;
    reg [WIDTH-1:0] answer;

    always @* begin
        case (op_1)
            3'b000:  answer = a_1 + b_1;
            3'b001:  answer = a_1 - b_1;
            3'b010:  answer = a_1 & b_1;
            3'b011:  answer = a_1 | b_1;
            3'b100:  answer = a_1 ^ b_1;
            3'b101:  answer = ($signed(a_1) < $signed(b_1)) ? 1 : 0;
            3'b110:  answer = a_1 << b_1[3:0];
            default: answer = a_1 >> b_1[3:0];
        endcase
    end

    always @(posedge clk) begin
        if (rst || flush) begin
            valid_1   <= 1'b0;
            out_valid <= 1'b0;
        end else begin
            valid_1 <= in_valid;
            op_1    <= op;
            a_1     <= a;
            b_1     <= b;
            if (!stall) begin
                out_valid <= valid_1;
                result    <= answer;
                zero      <= (answer == 0);
            end
        end
    end

endmodule

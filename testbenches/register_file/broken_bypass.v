// Broken: a read shows the data of a write before the clock edge.
module register_file #(
    parameter WIDTH      = 16,
    parameter ADDR_WIDTH = 4
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  we,
    input  wire [ADDR_WIDTH-1:0] waddr,
    input  wire [WIDTH-1:0]      wdata,
    input  wire [ADDR_WIDTH-1:0] raddr_a,
    output wire [WIDTH-1:0]      rdata_a,
    input  wire [ADDR_WIDTH-1:0] raddr_b,
    output wire [WIDTH-1:0]      rdata_b
);

    localparam DEPTH = 1 << ADDR_WIDTH;

    reg [WIDTH-1:0] registers [0:DEPTH-1];
    integer i;

    always @(posedge clk) begin
        if (rst) begin
            for (i = 0; i < DEPTH; i = i + 1)
                registers[i] <= {WIDTH{1'b0}};
        end else if (we && waddr != 0) begin
            registers[waddr] <= wdata;
        end
    end

    assign rdata_a = (we && waddr != 0 && waddr == raddr_a) ? wdata : registers[raddr_a];
    assign rdata_b = (we && waddr != 0 && waddr == raddr_b) ? wdata : registers[raddr_b];

endmodule

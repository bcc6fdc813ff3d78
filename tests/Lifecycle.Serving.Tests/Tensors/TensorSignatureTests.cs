namespace Lifecycle.Serving.Tests;

public sealed class TensorSignatureTests
{
    private static readonly TensorSignature Signature = new(
        [new("a", TensorElementType.Float32, [-1, 2]), new("b", TensorElementType.Int64, [-1, 1]) { IsScalar = true }],
        [new("y", TensorElementType.Float32, [-1, 1])]);

    [Fact]
    public void Good_inputs_pass_and_tell_their_rows()
    {
        Assert.Equal(2, Check(("a", Floats(2, 2)), ("b", Longs(2, 1))));
        Assert.Equal(2, Check(("b", TensorValue.From<long>([1, 2], [2])), ("a", Floats(2, 2))));
        Assert.Equal(0, Check(("a", Floats(0, 2)), ("b", Longs(0, 1))));
    }

    [Fact]
    public void Bad_inputs_are_named()
    {
        Refused("The input 'b' INT64[-1,1] is missing", ("a", Floats(1, 2)));
        Refused("'a' is FP32; INT64 came", ("a", Longs(1, 2)), ("b", Longs(1, 1)));
        Refused("'a' has the shape [-1,2]; [1,3] came", ("a", Floats(1, 3)), ("b", Longs(1, 1)));
        Refused("For one row send [1,2]", ("a", TensorValue.From<float>([1, 2], [2])), ("b", Longs(1, 1)));
        Refused("'b' has 3 rows and 'a' has 2", ("a", Floats(2, 2)), ("b", Longs(3, 1)));
        Refused("no input 'c'", ("a", Floats(1, 2)), ("b", Longs(1, 1)), ("c", Longs(1, 1)));
    }

    [Fact]
    public void Check_ShapeThatNearlyFits_SuggestsOneThatFits()
    {
        Suggests([-1, 10], [10], "For one row send [1,10].");
        Suggests([-1, -1], [3], "For one row send [1,3].");
        Suggests([-1, 1], [5], "For 5 rows send [5,1].");
        Suggests([-1], [], "For one row send [1].");
        Suggests([-1, 10], [9], null);
        Suggests([-1, 2, 3], [2], null);
        Suggests([4, 2], [2], null);
        Suggests([-1, 2], [2, 2, 1], null);
    }

    [Fact]
    public void A_replacement_must_take_what_callers_send_and_give_what_they_read()
    {
        Assert.Null(Signature.WhyNotInPlaceOf(Signature));
        TensorSpec[] inputs = [.. Signature.Inputs];
        TensorSpec[] outputs = [.. Signature.Outputs];
        Assert.Null(new TensorSignature(inputs[..1], [.. outputs, new("z", TensorElementType.Int8, [-1])]).WhyNotInPlaceOf(Signature));
        Assert.Contains("input 'term' FP32[-1,1] is new", new TensorSignature([.. inputs, new("term", TensorElementType.Float32, [-1, 1])], outputs).WhyNotInPlaceOf(Signature), StringComparison.Ordinal);
        Assert.Contains("was 'a' FP32[-1,2]", new TensorSignature([new("a", TensorElementType.Float64, [-1, 2])], outputs).WhyNotInPlaceOf(Signature), StringComparison.Ordinal);
        Assert.Contains("was 'a' FP32[-1,2]", new TensorSignature([new("a", TensorElementType.Float32, [-1, 3])], outputs).WhyNotInPlaceOf(Signature), StringComparison.Ordinal);
        Assert.Contains("output 'y' FP32[-1,1] is gone", new TensorSignature(inputs, []).WhyNotInPlaceOf(Signature), StringComparison.Ordinal);
        Assert.Contains("output 'y'", new TensorSignature(inputs, [new("y", TensorElementType.Float32, [-1])]).WhyNotInPlaceOf(Signature), StringComparison.Ordinal);
        Assert.Null(new TensorSignature([new("a", TensorElementType.Float32, [-1, -1])], outputs).WhyNotInPlaceOf(Signature));
    }

    private static void Suggests(TensorShape declared, TensorShape came, string? suggestion)
    {
        TensorSignature signature = new([new("x", TensorElementType.Float32, declared)], []);
        using TensorSet set = TensorSet.Of(("x", TensorValue.From<float>(new float[came.ElementCount()], came)));
        string message = Assert.Throws<InvalidInputException>(() => signature.Check(set)).Message;
        Assert.Equal($"The input 'x' has the shape {declared}; {came} came." + (suggestion is null ? "" : " " + suggestion), message);
    }

    private static long Check(params ReadOnlySpan<(string, TensorValue)> inputs) => Signature.Check(TensorSet.Of(inputs));

    private static void Refused(string message, params (string, TensorValue)[] inputs) =>
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Check(inputs)).Message, StringComparison.Ordinal);

    private static TensorValue Floats(long rows, long columns) => TensorValue.From<float>(new float[rows * columns], [rows, columns]);

    private static TensorValue Longs(long rows, long columns) => TensorValue.From<long>(new long[rows * columns], [rows, columns]);
}

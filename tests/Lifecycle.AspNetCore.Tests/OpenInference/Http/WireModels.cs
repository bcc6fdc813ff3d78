using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>The models that are asked over HTTP: functions in C# that behave like the examples of other servers.</summary>
internal static class WireModels
{
    public const int Poison = 13;

    public static readonly TensorSignature Linear = new([Spec("x", TensorElementType.Float32, 10)], [Spec("y", TensorElementType.Float32, 1)]);

    /// <summary>All that keep nothing between two calls.</summary>
    public static void ServeAll(LifecycleBuilder lifecycle) => ServeAll(lifecycle, logged: null);

    /// <summary>Serves all, one of them with a log of its inferences, which needs a workspace.</summary>
    public static void ServeAll(LifecycleBuilder lifecycle, string? logged)
    {
        lifecycle
            .Serve("linear", s => s.FromFunction("7", Linear, RunLinear).Logged(logged == "linear"))
            .Serve("simple", s => s.FromFunction("1", Pair(TensorElementType.Int32), Simple))
            .Serve("simple_string", s => s.FromFunction("1", Pair(TensorElementType.Bytes), SimpleString))
            .Serve("simple_identity", s => s.FromFunction(
                "1", new([Spec("INPUT0", TensorElementType.Bytes, -1)], [Spec("OUTPUT0", TensorElementType.Bytes, -1)]), (i, o) => i["INPUT0"].CopyTo(Like(o, "OUTPUT0", i["INPUT0"]))))
            .Serve("cube", s => s.FromFunction(
                "1", new([Spec("x", TensorElementType.Int32, 2, 3)], [Spec("y", TensorElementType.Int32, 2, 3)]), (i, o) => i["x"].CopyTo(Like(o, "y", i["x"]))))
            .Serve("fixed", s => s.FromFunction(
                "1",
                new([new("x", TensorElementType.Float64, TensorShape.Create([2, 2]))], [new("y", TensorElementType.Float64, TensorShape.Create([2, 2]))]),
                (i, o) => i["x"].CopyTo(Like(o, "y", i["x"]))))
            .Serve("poison", s => s.FromFunction("1", One(TensorElementType.Float32), RunPoison))
            .Serve("slow", s => s.FromFunction("1", One(TensorElementType.Int32), RunSlow))
            .Serve("side", s => s.FromFunction("1", One(TensorElementType.Int32), (i, o) => i["x"].CopyTo(Like(o, "y", i["x"]))))
            .Serve("stamp", s => Stamp(Stamp(Stamp(s, 1), 2), 10).Logged(logged == "stamp"))
            .Serve("loans", s => s.FromFunction("v1", (Loan loan) => LoanApp.Decide(loan)));
        foreach (TensorElementType type in Enum.GetValues<TensorElementType>())
        {
            lifecycle.Serve("identity_" + type.ProtocolName(), s => s.FromFunction(
                "1", new([Spec("x", type, -1)], [Spec("y", type, -1)]), (i, o) => i["x"].CopyTo(Like(o, "y", i["x"]))));
        }
    }

    /// <summary>One number in and one out.</summary>
    public static TensorSignature One(TensorElementType type) => new([Spec("x", type, 1)], [Spec("y", type, 1)]);

    public static TensorSpec Spec(string name, TensorElementType type, params long[] row) => new(name, type, TensorShape.Create([-1, .. row]));

    /// <summary>An output of the type and shape of an input.</summary>
    public static TensorValue Like(TensorSet outputs, string name, TensorValue input) => outputs.Prepare(name, input.Type, input.Shape);

    /// <summary>y = sum of (i + 1) / 8 * x[i], plus 0.5.</summary>
    public static void RunLinear(TensorSet inputs, TensorSet outputs)
    {
        ReadOnlySpan<float> x = inputs["x"].Span<float>();
        Span<float> y = outputs.Prepare("y", TensorElementType.Float32, [x.Length / 10, 1]).Span<float>();
        for (int row = 0; row < y.Length; row++)
        {
            float sum = 0.5f;
            for (int i = 0; i < 10; i++)
            {
                sum += (i + 1) / 8f * x[(row * 10) + i];
            }

            y[row] = sum;
        }
    }

    private static TensorSignature Pair(TensorElementType type) => new(
        [Spec("INPUT0", type, 16), Spec("INPUT1", type, 16)], [Spec("OUTPUT0", type, 16), Spec("OUTPUT1", type, 16)]);

    private static void Simple(TensorSet inputs, TensorSet outputs)
    {
        ReadOnlySpan<int> a = inputs["INPUT0"].Span<int>(), b = inputs["INPUT1"].Span<int>();
        Span<int> sum = Like(outputs, "OUTPUT0", inputs["INPUT0"]).Span<int>(), difference = Like(outputs, "OUTPUT1", inputs["INPUT0"]).Span<int>();
        for (int i = 0; i < a.Length; i++)
        {
            sum[i] = a[i] + b[i];
            difference[i] = a[i] - b[i];
        }
    }

    private static void SimpleString(TensorSet inputs, TensorSet outputs)
    {
        string[] a = inputs["INPUT0"].ToStrings(), b = inputs["INPUT1"].ToStrings();
        TensorValue sum = Like(outputs, "OUTPUT0", inputs["INPUT0"]), difference = Like(outputs, "OUTPUT1", inputs["INPUT0"]);
        for (int i = 0; i < a.Length; i++)
        {
            // The host warms up with empty texts.
            int left = Number(a[i]), right = Number(b[i]);
            sum.SetText(i, $"{left + right}");
            difference.SetText(i, $"{left - right}");
        }
    }

    private static int Number(string text) => text.Length == 0 ? 0 : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static void RunPoison(TensorSet inputs, TensorSet outputs)
    {
        if (inputs["x"].Span<float>().Contains(Poison))
        {
            throw new InvalidOperationException("secret of the model");
        }

        inputs["x"].CopyTo(Like(outputs, "y", inputs["x"]));
    }

    private static void RunSlow(TensorSet inputs, TensorSet outputs)
    {
        Thread.Sleep(inputs["x"].Span<int>()[0]);
        inputs["x"].CopyTo(Like(outputs, "y", inputs["x"]));
    }

    private static ServedModelBuilder Logged(this ServedModelBuilder builder, bool isLogged) => isLogged ? builder.LogInferences() : builder;

    private static ServedModelBuilder Stamp(ServedModelBuilder builder, int version) => builder.FromFunction(
        $"{version}", One(TensorElementType.Int32), (inputs, outputs) => Like(outputs, "y", inputs["x"]).Span<int>().Fill(version));
}

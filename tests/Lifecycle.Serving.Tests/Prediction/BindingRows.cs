namespace Lifecycle.Serving.Tests;

/// <summary>A class with a member of every type.</summary>
internal sealed class EveryType
{
    public bool Bool { get; set; }

    public byte UInt8 { get; set; }

    public ushort UInt16 { get; set; }

    public uint UInt32 { get; set; }

    public ulong UInt64 { get; set; }

    public sbyte Int8 { get; init; }

    public short Int16 { get; init; }

    public int Int32 { get; set; }

    public long Int64 { get; set; }

    public Half Float16 { get; set; }

    public float Float32 { get; set; }

    public double Float64 { get; set; }

    public float? MaybeFloat { get; set; }

    public double? MaybeDouble { get; init; }

    public string? Text { get; set; }

    public DateTime Date { get; set; }

    public float[]? Floats { get; set; }

    public ReadOnlyMemory<long> Longs { get; set; }

    public bool[]? Bools { get; init; }

    public string[]? Texts { get; set; }

#pragma warning disable CA1051 // Fields are columns too.
    public double FieldNumber;

    public string? FieldText;
#pragma warning restore CA1051

    /// <summary>A row of random bits; arrays have so many elements.</summary>
    public static EveryType Of(Random random, int width) => new()
    {
        Bool = random.Next(2) == 0,
        UInt8 = (byte)random.Next(256),
        UInt16 = (ushort)random.Next(65536),
        UInt32 = (uint)random.NextInt64(),
        UInt64 = (ulong)(random.NextInt64() * 2),
        Int8 = (sbyte)random.Next(256),
        Int16 = (short)random.Next(65536),
        Int32 = (int)random.NextInt64(),
        Int64 = random.Next(5) == 0 ? long.MinValue : random.NextInt64(),
        Float16 = BitConverter.UInt16BitsToHalf((ushort)random.Next(65536)),
        Float32 = BitConverter.Int32BitsToSingle((int)random.NextInt64()),
        Float64 = BitConverter.Int64BitsToDouble(random.NextInt64() * (random.Next(2) == 0 ? 1 : -1)),
        MaybeFloat = random.Next(3) == 0 ? null : random.NextSingle(),
        MaybeDouble = random.Next(3) == 0 ? null : -random.NextDouble(),
        Text = Word(random),
        Date = new DateTime(random.NextInt64(DateTime.MaxValue.Ticks), (DateTimeKind)random.Next(2)),
        Floats = [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())],
        Longs = Enumerable.Range(0, width).Select(_ => random.NextInt64()).ToArray(),
        Bools = [.. Enumerable.Range(0, width).Select(_ => random.Next(2) == 0)],
        Texts = [.. Enumerable.Range(0, width).Select(_ => Word(random))],
        FieldNumber = random.NextDouble(),
        FieldText = Word(random),
    };

    /// <summary>All values, bit by bit.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"""
        {Bool} {UInt8} {UInt16} {UInt32} {UInt64} {Int8} {Int16} {Int32} {Int64} {BitConverter.HalfToInt16Bits(Float16)} {BitConverter.SingleToInt32Bits(Float32)}
        {BitConverter.DoubleToInt64Bits(Float64)} {MaybeFloat?.ToString("R") ?? "null"} {MaybeDouble?.ToString("R") ?? "null"} '{Text}' {Date:O} {Date.Kind}
        {string.Join(',', Floats!)} {string.Join(',', Longs.ToArray())} {string.Join(',', Bools!)} {string.Join('|', Texts!)} {FieldNumber:R} '{FieldText}'
        """);

    private static string Word(Random random) => random.Next(4) switch
    {
        0 => string.Empty,
        1 => "\U0001F600 \u00e4\u0000",
        _ => new string((char)random.Next('A', 0x3000), random.Next(40)),
    };
}

internal sealed record Loan(float Amount, string Purpose, int Term);

internal sealed record Verdict(bool Denied, float Score)
{
    public string Word => Denied ? "no" : "yes";
}

internal readonly record struct Point(double X, double Y);

internal record struct Mutable(int A, string B);

internal readonly struct Sealed(int a, long b)
{
    public int A { get; } = a;

    public long B { get; } = b;
}

internal struct Fields
{
#pragma warning disable CS0649, CA1051 // Set by the binding.
    public int A;
    public string B;
#pragma warning restore CS0649, CA1051
}

/// <summary>Refuses what is negative, and has something besides its parameters.</summary>
internal sealed class Checked
{
    public Checked(int value) => Value = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));

    public int Value { get; }

    public float Besides { get; set; }
}

internal sealed record Renamed([ModelColumn("loan-amount")] float Amount, [property: ModelColumn("term")] long Months, [ModelColumn("free text")] string Words);

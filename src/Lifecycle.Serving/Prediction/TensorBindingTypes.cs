namespace Lifecycle.Serving;

/// <summary>Which .NET types are columns, and of which tensors.</summary>
internal static class ColumnTypes
{
    private static readonly Dictionary<Type, (TensorElementType Element, bool IsArray)> Known = All();

    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(ushort)] = "ushort", [typeof(uint)] = "uint", [typeof(ulong)] = "ulong",
        [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object", [typeof(decimal)] = "decimal", [typeof(char)] = "char",
    };

    /// <summary>What the elements of the tensor are and whether a row has several; null when the type is no column.</summary>
    public static (TensorElementType Element, bool IsArray)? Of(Type type) => Known.TryGetValue(type, out (TensorElementType, bool) known) ? known : null;

    /// <summary>Why a value of this type cannot be a row of this tensor; null when it can.</summary>
    public static string? WhyNot(Type type, TensorSpec spec)
    {
        if (Of(type) is not var (element, isArray))
        {
            return $"is {Say(type)}, which no tensor holds";
        }

        if (element != spec.Type && !(element == TensorElementType.UInt16 && spec.Type == TensorElementType.BFloat16))
        {
            return $"is {Say(type)}; make it {Wanted(spec)}";
        }

        bool hasRows = spec.Shape.Rank > 0 && spec.Shape[0] is -1 or 1;
        bool isRow = spec.Shape.Rank == 2 && (isArray || spec.Shape[1] == 1);
        return hasRows && (isRow || (spec.Shape.Rank == 1 && !isArray)) ? null : $"is {Say(type)} and a row of the tensor is not; {Advice(spec)}";
    }

    /// <summary>How a program writes the type.</summary>
    public static string Say(Type type) =>
        Words.TryGetValue(type, out string? word) ? word
        : type.IsArray ? $"{Say(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } inner ? $"{Say(inner)}?"
        : type.IsGenericType ? $"{type.Name[..Math.Max(type.Name.IndexOf('`', StringComparison.Ordinal), 0)]}<{string.Join(", ", type.GetGenericArguments().Select(Say))}>"
        : type.Name;

    private static string Wanted(TensorSpec spec) =>
        Say(Known.First(k => !k.Value.IsArray && k.Value.Element == (spec.Type == TensorElementType.BFloat16 ? TensorElementType.UInt16 : spec.Type)).Key)
        + (spec.Shape.Rank == 2 && spec.Shape[1] != 1 ? "[]" : string.Empty);

    private static string Advice(TensorSpec spec) => spec.Shape.Rank switch
    {
        0 => "it has no rows: run tensors on a lease",
        1 or 2 when spec.Shape[0] is not (-1 or 1) => $"it takes exactly {spec.Shape[0]} rows: run tensors on a lease",
        1 or 2 => $"make it {Wanted(spec)}",
        _ => $"it has {spec.Shape.Rank} dimensions: run tensors on a lease",
    };

    private static Dictionary<Type, (TensorElementType Element, bool IsArray)> All()
    {
        Dictionary<Type, (TensorElementType, bool)> known = [];
        Add<bool>();
        Add<byte>();
        Add<ushort>();
        Add<uint>();
        Add<ulong>();
        Add<sbyte>();
        Add<short>();
        Add<int>();
        Add<long>();
        Add<Half>();
        Add<float>();
        Add<double>();
        known[typeof(float?)] = (TensorElementType.Float32, false);
        known[typeof(double?)] = (TensorElementType.Float64, false);
        known[typeof(string)] = (TensorElementType.Bytes, false);
        known[typeof(DateTime)] = (TensorElementType.Bytes, false);
        known[typeof(string[])] = (TensorElementType.Bytes, true);
        return known;

        void Add<T>()
            where T : unmanaged
        {
            TensorElementType element = TensorElementTypes.Of<T>();
            known[typeof(T)] = (element, false);
            known[typeof(T[])] = (element, true);
            known[typeof(ReadOnlyMemory<T>)] = (element, true);
        }
    }
}

using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Numbers through a narrower form; whole ones are steps of the column's range, as quantised models see it.</summary>
internal sealed class PrecisionPerturbation(double form) : Perturbation(PerturbationFamily.Precision, form)
{
    internal override string Words => $"Features in {(NumberForm)Level} form";

    internal override string? Problem => WholeProblem((int)NumberForm.Single, (int)NumberForm.Int8);

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        NumberForm form = (NumberForm)Level;
        if (form is NumberForm.Int16 or NumberForm.Int8)
        {
            RoundingPerturbation.ToSteps(column, cells, form == NumberForm.Int16 ? ushort.MaxValue : byte.MaxValue);
            return;
        }

        for (int i = 0; i < cells.Length; i++)
        {
            double value = column.Values[i];
            cells[i] = !double.IsFinite(value) ? value : form switch
            {
                NumberForm.Half => (double)(Half)Math.Clamp(value, (double)Half.MinValue, (double)Half.MaxValue),
                NumberForm.BFloat16 => Brain(value),
                _ => (float)Math.Clamp(value, float.MinValue, float.MaxValue),
            };
        }
    }

    /// <summary>To the nearest bfloat16, ties to even.</summary>
    private static double Brain(double value)
    {
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        uint rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000;
        return double.IsFinite(BitConverter.UInt32BitsToSingle(rounded)) ? BitConverter.UInt32BitsToSingle(rounded)
            : BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }
}

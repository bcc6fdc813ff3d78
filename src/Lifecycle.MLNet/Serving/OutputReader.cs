using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>Takes one output column, row by row, into its tensor.</summary>
internal abstract class OutputReader(string name, TensorElementType type)
{
    private TensorShape _shape = [0, 0];

    /// <summary>Values of a row; 0 when each row may have another number.</summary>
    public virtual int Size => 1;

    /// <summary>Takes the value of a row.</summary>
    public abstract void Read(TensorSet outputs, int row, int rows);

    /// <summary>Makes an empty tensor.</summary>
    public void ReadNone(TensorSet outputs) => outputs.Prepare(name, type, [0, Size]);

    /// <summary>The tensor with room for all rows; made with the first one.</summary>
    protected TensorValue Room(TensorSet outputs, int row, int rows, int width)
    {
        if (row == 0)
        {
            if (_shape[0] != rows || _shape[1] != width)
            {
                _shape = [rows, width];
            }

            return outputs.Prepare(name, type, _shape);
        }

        return _shape[1] == width
            ? outputs[name]
            : throw new InvalidInputException(
                $"The output '{name}' has {_shape[1]} values for the first row and {width} for row {row}; rows of different length need runs of their own.");
    }
}
